"""Load plans from the database, for any number of schedules in a constant number of queries."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from config.base.data.clock import ceil_minute
from oncall.models import Absence, CalendarDate, LayerMember, Override, Schedule, Team, User
from oncall.schedules.plan import Adjustment, Interval, Layer, Plan, Version
from oncall.schedules.restrictions import Hours, daily, hours_of, weekly
from oncall.schedules.rotation import Rotation
from oncall.schedules.wall_clock import day_start

ENDLESS = datetime.max.replace(tzinfo=UTC)
# A day off, when it was recorded, and when it was withdrawn.
RecordedDate = tuple[date, datetime, datetime | None]
_VERSION = ("id", "schedule_id", "effective_from", "created_at", "time_zone")
_LAYER = (
    "id", "priority", "kind", "time_zone", "starts_at", "ends_at", "anchor", "unit", "length", "lengths", "clock",
    "count", "concurrent", "slots", "restrictions", "calendar_id", "holiday_mode",
)  # fmt: skip
_SCHEDULE, _TEAM = (tuple(field.attname for field in model._meta.concrete_fields) for model in (Schedule, Team))
# In SQL, because building these queries in the ORM took more than half of the time to answer who is on call.
# A NULL parameter means all schedules, or what is known now (R-V5).
_RECORDED_ROWS = """
    ({0}.withdrawn_at IS NULL OR {0}.withdrawn_at > %(as_of)s)
    AND (%(as_of)s::timestamptz IS NULL OR {0}.created_at <= %(as_of)s)
    AND (%(ids)s::bigint[] IS NULL OR {0}.schedule_id = ANY(%(ids)s::bigint[]))"""
_SCHEDULES = f"""
SELECT {", ".join(f"s.{name}" for name in _SCHEDULE)}, {", ".join(f"t.{name}" for name in _TEAM)}
FROM oncall_schedule s JOIN oncall_team t ON t.id = s.team_id
WHERE %(ids)s::bigint[] IS NULL OR s.id = ANY(%(ids)s::bigint[])
ORDER BY t.name, s.name, s.id
"""  # noqa: S608 - all of it is ours
_VERSIONS_IN_FORCE = f"""
SELECT {", ".join(f"v.{name}" for name in _VERSION)}, {", ".join(f"l.{name}" for name in _LAYER)},
    array_agg(m.slot ORDER BY m.slot, m.id), array_agg(m.user_id ORDER BY m.slot, m.id)
FROM oncall_scheduleversion v
LEFT JOIN oncall_layer l ON l.version_id = v.id
LEFT JOIN oncall_layermember m ON m.layer_id = l.id
WHERE {_RECORDED_ROWS.format("v")} AND (
    v.effective_from > %(since)s AND v.effective_from < %(until)s
    OR v.id IN (
        SELECT DISTINCT ON (f.schedule_id) f.id FROM oncall_scheduleversion f
        WHERE {_RECORDED_ROWS.format("f")} AND f.effective_from <= %(since)s
        ORDER BY f.schedule_id, f.effective_from DESC, f.created_at DESC, f.id DESC
    )
)
GROUP BY v.id, l.id
ORDER BY v.schedule_id, v.effective_from, v.created_at, v.id, l.id
"""  # noqa: S608 - all of it is ours
_OVERRIDES = """
SELECT o.schedule_id, o.id, o.op, o.starts_at, o.ends_at, o.created_at, o.cancelled_at, o.out_id,
    coalesce(array_agg(p.user_id ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL), '{}')
FROM oncall_override o LEFT JOIN oncall_overrideperson p ON p.override_id = o.id
WHERE o.starts_at < %(until)s AND o.ends_at > %(since)s
    AND (%(as_of)s::timestamptz IS NULL OR o.created_at <= %(as_of)s)
    AND (%(ids)s::bigint[] IS NULL OR o.schedule_id = ANY(%(ids)s::bigint[]))
GROUP BY o.id
ORDER BY o.schedule_id, o.created_at, o.id
"""
# In the order of the columns, as `from_db` requires; other columns are loaded when they are read.
_PERSON = ("id", "email", "name", "time_zone", "is_active")
# Also later closings: a person whose account closes later is active before that.
_PEOPLE = f"""
SELECT {", ".join(f"u.{name}" for name in _PERSON)}, d.starts_at, d.ends_at
FROM oncall_user u
LEFT JOIN oncall_deactivation d ON d.user_id = u.id AND (d.ends_at IS NULL OR d.ends_at > %(since)s)
    AND (%(as_of)s::timestamptz IS NULL OR d.created_at <= %(as_of)s)
WHERE u.id = ANY(%(users)s::bigint[])
ORDER BY u.id, d.starts_at
"""  # noqa: S608 - all of it is ours


@dataclass(frozen=True)
class Roster:
    """A schedule with all that the resolver needs over `[since, until)`, and its people."""

    schedule: Schedule
    plan: Plan
    people: Mapping[int, User]
    since: datetime
    until: datetime

    def people_named(self, users: Iterable[int]) -> tuple[User, ...]:
        """The people with these ids, sorted by name."""
        return tuple(sorted((self.people[user] for user in users), key=lambda person: (person.name, person.pk)))

    @property
    def now_version(self) -> Version | None:
        """The version in force when the range begins."""
        return self.plan.version_at(self.since)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What to load: which schedules, over which range, as known at which instant."""

    ids: list[int] | None
    since: datetime
    until: datetime
    as_of: datetime | None

    def recorded(self) -> Q:
        """Rows recorded by `as_of` (R-V5)."""
        if self.as_of is None:
            return Q()
        return Q(created_at__lte=self.as_of)


def load(
    *, ids: Iterable[int] | None = None, since: datetime, until: datetime, as_of: datetime | None = None
) -> list[Roster]:
    """Load schedules, by team and name, each with its plan over `[since, until)`: six queries at most.

    `as_of` gives the view of that instant: later changes are ignored (R-V5).
    """
    scope = _Scope(None if ids is None else sorted(set(ids)), since, until, as_of)
    versions = _versions(scope)
    adjustments, override_users = _adjustments(scope)
    users = {
        u
        for schedule_versions in versions.values()
        for v in schedule_versions
        for la in v.layers
        for s in la.rotation.slots
        for u in s
    }
    people, inactive = _people(users | override_users, scope)
    return [
        Roster(
            schedule,
            Plan(
                tuple(versions.get(schedule.pk, ())),
                tuple(adjustments.get(schedule.pk, ())),
                inactive if inactive else {},
            ),
            people,
            since,
            until,
        )
        for schedule in _schedules(scope)
    ]


def _schedules(scope: _Scope) -> Iterator[Schedule]:
    """The schedules of the scope with their teams, by the names of both."""
    teams: dict[int, Team] = {}
    for row in _rows(_SCHEDULES, scope):
        schedule = Schedule.from_db(connection.alias, _SCHEDULE, row[: len(_SCHEDULE)])
        if schedule.team_id not in teams:
            teams[schedule.team_id] = Team.from_db(connection.alias, _TEAM, row[len(_SCHEDULE) :])
        schedule.team = teams[schedule.team_id]
        yield schedule


def _versions(scope: _Scope) -> dict[int, list[Version]]:
    """The versions in force at some minute of the range, in the order of R-V2."""
    rows = _rows(_VERSIONS_IN_FORCE, scope)
    dates = _dates({row[_CALENDAR_COLUMN] for row in rows if row[_CALENDAR_COLUMN] is not None}, scope)
    versions_by_schedule: dict[int, list[Version]] = {}
    for head, group in groupby(rows, lambda row: row[: len(_VERSION)]):
        key, schedule, effective_from, created_at, zone_name = head
        zone = ZoneInfo(zone_name)
        layers = tuple(_layer(row[len(_VERSION) :], zone, dates) for row in group if row[len(_VERSION)] is not None)
        versions_by_schedule.setdefault(schedule, []).append(Version(key, effective_from, created_at, zone, layers))
    return versions_by_schedule


def _rows(statement: str, scope: _Scope, **extra: Any) -> list[tuple[Any, ...]]:
    parameters = {"ids": scope.ids, "since": scope.since, "until": scope.until, "as_of": scope.as_of}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | extra)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_CALENDAR_COLUMN = len(_VERSION) + _LAYER.index("calendar_id")


def _layer(row: tuple[Any, ...], version_zone: ZoneInfo, dates: Mapping[int, list[RecordedDate]]) -> Layer:
    row_values = dict(zip((*_LAYER, "member_slots", "member_users"), row, strict=True))
    zone = ZoneInfo(row_values["time_zone"]) if row_values["time_zone"] else version_zone
    hours = _hours_of(row_values["restrictions"])
    slots: list[list[int]] = [[] for _ in range(row_values["slots"])]
    for slot, user in zip(row_values["member_slots"], row_values["member_users"], strict=True):
        if slot is not None:
            slots[slot].append(user)
    rotation = Rotation(
        anchor=datetime.fromisoformat(row_values["anchor"]),
        unit=row_values["unit"],
        length=row_values["length"],
        slots=tuple(map(tuple, slots)),
        lengths=tuple(row_values["lengths"]),
        is_elapsed=row_values["clock"] == "elapsed",
        counts_active=row_values["count"] == "active",
        concurrent=row_values["concurrent"],
        hours=hours,
    )
    return Layer(
        id=row_values["id"],
        priority=row_values["priority"],
        zone=zone,
        rotation=rotation,
        is_shadow=row_values["kind"] == "shadow",
        starts_at=datetime.fromisoformat(row_values["starts_at"]) if row_values["starts_at"] else None,
        ends_at=datetime.fromisoformat(row_values["ends_at"]) if row_values["ends_at"] else None,
        hours=hours,
        holidays=effective_dates(dates.get(row_values["calendar_id"], ()), zone),
        only_holidays=row_values["holiday_mode"] == "only" if row_values["holiday_mode"] else None,
    )


def effective_dates(dates: Iterable[RecordedDate], zone: ZoneInfo) -> tuple[date, ...]:
    """The days off that count: those that began after they were recorded and before they were withdrawn (R-V5a)."""
    effective_days = (
        day
        for day, created_at, withdrawn_at in dates
        if created_at < day_start(day, zone) and (withdrawn_at is None or day_start(day, zone) <= withdrawn_at)
    )
    # A day that was withdrawn and added again occurs twice.
    return tuple(dict.fromkeys(effective_days))


@lru_cache(maxsize=1024)
def _hours_of(stored: str) -> Hours | None:
    """The hours of a layer's restrictions, from their JSON text."""
    return restriction_hours(json.loads(stored))


def restriction_hours(restrictions: list[dict[str, object]]) -> Hours | None:
    """The hours of the week that a layer's restrictions allow (R-L2); None for all hours."""
    return (
        _hours(tuple(tuple(sorted(_hashable(restriction).items())) for restriction in restrictions))
        if restrictions
        else None
    )


def _hashable(restriction: dict[str, object]) -> dict[str, object]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in restriction.items()}


@lru_cache(maxsize=1024)
def _hours(restrictions: tuple[tuple[tuple[str, Any], ...], ...]) -> Hours | None:
    windows: list[tuple[int, int]] = []
    for items in restrictions:
        restriction = dict(items)
        start, end = minute_of_day(restriction["start"]), minute_of_day(restriction["end"])
        if restriction["type"] == "daily":
            windows.extend(daily(start=start, end=end, days=restriction.get("days")))
        else:
            windows.append(
                weekly(start_day=restriction["start_day"], start=start, end_day=restriction["end_day"], end=end)
            )
    return hours_of(windows)


def minute_of_day(clock: str) -> int:
    """The minute of the day of a time HH:MM; 24:00 is the day's end."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _dates(calendars: set[int], scope: _Scope) -> dict[int, list[RecordedDate]]:
    """Days off by calendar, with when they were recorded and withdrawn; no query without calendars."""
    dates_by_calendar: dict[int, list[RecordedDate]] = {}
    if not calendars:
        return dates_by_calendar
    margin = timedelta(days=3)
    rows = CalendarDate.objects.filter(
        scope.recorded(),
        calendar__in=calendars,
        date__gte=(scope.since - margin).date(),
        date__lte=(scope.until + margin).date(),
    )
    for row in rows.order_by("date", "pk"):
        is_known = scope.as_of is None or (row.withdrawn_at is not None and row.withdrawn_at <= scope.as_of)
        withdrawn_at = row.withdrawn_at if is_known else None
        dates_by_calendar.setdefault(row.calendar_id, []).append((row.date, row.created_at, withdrawn_at))
    return dates_by_calendar


def load_dates(calendars: Iterable[int], *, since: datetime, until: datetime) -> dict[int, list[RecordedDate]]:
    """Days off by calendar around a range, as known now; for layers that are not stored yet."""
    return _dates(set(calendars), _Scope(None, since, until, None))


def _adjustments(scope: _Scope) -> tuple[dict[int, list[Adjustment]], set[int]]:
    """The overrides and accepted swaps that overlap the range, in order (R-F2), and the ids of their people."""
    adjustments_by_schedule: dict[int, list[Adjustment]] = {}
    override_users: set[int] = set()
    for schedule, key, op, starts_at, ends_at, created_at, cancelled_at, out, users in _rows(_OVERRIDES, scope):
        is_known = scope.as_of is None or (cancelled_at is not None and cancelled_at <= scope.as_of)
        since, until = effective_interval(
            starts_at=starts_at,
            ends_at=ends_at,
            created_at=created_at,
            cancelled_at=cancelled_at if is_known else None,
        )
        adjustments_by_schedule.setdefault(schedule, []).append(Adjustment(key, since, until, op, tuple(users), out))
        override_users.update(users)
    return adjustments_by_schedule, override_users


def effective_interval(
    *, starts_at: datetime, ends_at: datetime, created_at: datetime, cancelled_at: datetime | None
) -> Interval:
    """When an override is in effect (R-O2): never before it was created, and cancelling does not change the past."""
    starts_at = max(starts_at, ceil_minute(created_at))
    if cancelled_at is not None:
        ends_at = min(ends_at, max(starts_at, ceil_minute(cancelled_at)))
    return starts_at, ends_at


def _people(users: set[int], scope: _Scope) -> tuple[dict[int, User], dict[int, tuple[Interval, ...]]]:
    """The people, with the columns that a page needs, and when their accounts are closed."""
    people: dict[int, User] = {}
    inactive: dict[int, list[Interval]] = {}
    for *person_row, starts_at, ends_at in _rows(_PEOPLE, scope, users=sorted(users)) if users else ():
        key = person_row[0]
        if key not in people:
            people[key] = User.from_db(connection.alias, _PERSON, person_row)
        if starts_at is not None:
            inactive.setdefault(key, []).append((starts_at, ends_at or ENDLESS))
    for key, person in people.items():
        # An account that was closed directly in the database has no date: it must not be paged at any time.
        if not person.is_active and scope.as_of is None and not any(e == ENDLESS for _, e in inactive.get(key, ())):
            inactive[key] = [(datetime.min.replace(tzinfo=UTC), ENDLESS)]
    return people, {key: tuple(spans) for key, spans in inactive.items()}


def load_people(
    users: Iterable[int], *, since: datetime, until: datetime
) -> tuple[dict[int, User], dict[int, tuple[Interval, ...]]]:
    """People and when their accounts are closed, as known now; for layers that are not stored yet."""
    return _people(set(users), _Scope(None, since, until, None))


def schedules_naming(users: Iterable[int], *, since: datetime | None = None) -> list[int]:
    """Ids of the schedules with one of these people in any rotation, or in an override that ends after `since`."""
    user_ids = list(users)
    overrides = Override.objects.filter(people__user__in=user_ids)
    if since is not None:
        overrides = overrides.filter(ends_at__gt=since)
    rows = Schedule.objects.filter(
        Q(pk__in=LayerMember.objects.filter(user__in=user_ids).values("layer__version__schedule"))
        | Q(pk__in=overrides.values("schedule"))
    )
    return list(rows.values_list("pk", flat=True))


def load_absences(
    users: Iterable[int], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> dict[int, list[Interval]]:
    """The time off of these people within a range, as known now or `as_of` an instant (R-V5)."""
    valid = Q(cancelled_at__isnull=True)
    if as_of is not None:
        valid = (valid | Q(cancelled_at__gt=as_of)) & Q(created_at__lte=as_of)
    rows = Absence.objects.filter(valid, user__in=list(users), starts_at__lt=until, ends_at__gt=since)
    intervals_by_user: dict[int, list[Interval]] = {}
    for row in rows.order_by("starts_at", "pk"):
        intervals_by_user.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    return intervals_by_user
