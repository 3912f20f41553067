"""From rows to plans, for any number of schedules in the same few queries."""

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
# A day off, when it was recorded, and when it was taken back.
Dated = tuple[date, datetime, datetime | None]
_VERSION = ("id", "schedule_id", "effective_from", "created_at", "time_zone")
_LAYER = (
    "id", "priority", "kind", "time_zone", "starts_at", "ends_at", "anchor", "unit", "length", "lengths", "clock",
    "count", "concurrent", "slots", "restrictions", "calendar_id", "holiday_mode",
)  # fmt: skip
_SCHEDULE, _TEAM = (tuple(field.attname for field in model._meta.concrete_fields) for model in (Schedule, Team))
# In SQL: of asking who is on call on one schedule, putting these together took the ORM more than half.
# A parameter that is NULL asks for all schedules, or for what is known now (R-V5).
_KNOWN = """
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
WHERE {_KNOWN.format("v")} AND (
    v.effective_from > %(since)s AND v.effective_from < %(until)s
    OR v.id IN (
        SELECT DISTINCT ON (f.schedule_id) f.id FROM oncall_scheduleversion f
        WHERE {_KNOWN.format("f")} AND f.effective_from <= %(since)s
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
# In the order of the columns, as `from_db` asks; the others are fetched if somebody reads them.
_PERSON = ("id", "email", "name", "time_zone", "is_active")
# Also closings of later: who is closed by then was not before it.
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
    """A schedule with all the resolver needs over `[since, until)`, and the people it names."""

    schedule: Schedule
    plan: Plan
    people: Mapping[int, User]
    since: datetime
    until: datetime

    def named(self, users: Iterable[int]) -> tuple[User, ...]:
        """The people behind numbers, by name."""
        return tuple(sorted((self.people[user] for user in users), key=lambda person: (person.name, person.pk)))

    @property
    def now_version(self) -> Version | None:
        """The version in force when the range begins."""
        return self.plan.version_at(self.since)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is loaded: which schedules, over which minutes, as known when."""

    ids: list[int] | None
    since: datetime
    until: datetime
    as_of: datetime | None

    def known(self) -> Q:
        """Rows recorded by then (R-V5)."""
        if self.as_of is None:
            return Q()
        return Q(created_at__lte=self.as_of)


def load(
    *, ids: Iterable[int] | None = None, since: datetime, until: datetime, as_of: datetime | None = None
) -> list[Roster]:
    """Schedules by team and name, each with its plan over `[since, until)`: six queries at most.

    `as_of` gives the view of that instant: what was recorded or taken back later is not there (R-V5).
    """
    scope = _Scope(None if ids is None else sorted(set(ids)), since, until, as_of)
    versions = _versions(scope)
    adjustments, brought_in = _adjustments(scope)
    users = {u for found in versions.values() for v in found for la in v.layers for s in la.rotation.slots for u in s}
    people, inactive = _people(users | brought_in, scope)
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
    """The asked schedules with their teams, by the names of both."""
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
    dates = _dates({row[_CALENDAR] for row in rows if row[_CALENDAR] is not None}, scope)
    found: dict[int, list[Version]] = {}
    for head, group in groupby(rows, lambda row: row[: len(_VERSION)]):
        key, schedule, effective_from, created_at, zone_name = head
        zone = ZoneInfo(zone_name)
        layers = tuple(_layer(row[len(_VERSION) :], zone, dates) for row in group if row[len(_VERSION)] is not None)
        found.setdefault(schedule, []).append(Version(key, effective_from, created_at, zone, layers))
    return found


def _rows(statement: str, scope: _Scope, **more: Any) -> list[tuple[Any, ...]]:
    asked = {"ids": scope.ids, "since": scope.since, "until": scope.until, "as_of": scope.as_of}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked | more)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_CALENDAR = len(_VERSION) + _LAYER.index("calendar_id")


def _layer(row: tuple[Any, ...], version_zone: ZoneInfo, dates: Mapping[int, list[Dated]]) -> Layer:
    one = dict(zip((*_LAYER, "member_slots", "member_users"), row, strict=True))
    zone = ZoneInfo(one["time_zone"]) if one["time_zone"] else version_zone
    hours = _hours_of(one["restrictions"])
    slots: list[list[int]] = [[] for _ in range(one["slots"])]
    for slot, user in zip(one["member_slots"], one["member_users"], strict=True):
        if slot is not None:
            slots[slot].append(user)
    rotation = Rotation(
        anchor=datetime.fromisoformat(one["anchor"]),
        unit=one["unit"],
        length=one["length"],
        slots=tuple(map(tuple, slots)),
        lengths=tuple(one["lengths"]),
        is_elapsed=one["clock"] == "elapsed",
        counts_active=one["count"] == "active",
        concurrent=one["concurrent"],
        hours=hours,
    )
    return Layer(
        id=one["id"],
        priority=one["priority"],
        zone=zone,
        rotation=rotation,
        is_shadow=one["kind"] == "shadow",
        starts_at=datetime.fromisoformat(one["starts_at"]) if one["starts_at"] else None,
        ends_at=datetime.fromisoformat(one["ends_at"]) if one["ends_at"] else None,
        hours=hours,
        holidays=counting(dates.get(one["calendar_id"], ()), zone),
        only_holidays=one["holiday_mode"] == "only" if one["holiday_mode"] else None,
    )


def counting(dates: Iterable[Dated], zone: ZoneInfo) -> tuple[date, ...]:
    """The days off that count: those that began after they were recorded and before they were taken back (R-V5a)."""
    found = (
        day
        for day, created_at, withdrawn_at in dates
        if created_at < day_start(day, zone) and (withdrawn_at is None or day_start(day, zone) <= withdrawn_at)
    )
    # One that was taken back and added again is there twice.
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def _hours_of(stored: str) -> Hours | None:
    """The hours of a layer's restrictions as the database has them."""
    return hours_from(json.loads(stored))


def hours_from(restrictions: list[dict[str, Any]]) -> Hours | None:
    """The hours of the week that a layer's restrictions leave it (R-L2)."""
    return _hours(tuple(tuple(sorted(_frozen(one).items())) for one in restrictions)) if restrictions else None


def _frozen(restriction: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in restriction.items()}


@lru_cache(maxsize=1024)
def _hours(restrictions: tuple[tuple[tuple[str, Any], ...], ...]) -> Hours | None:
    windows: list[tuple[int, int]] = []
    for items in restrictions:
        one = dict(items)
        start, end = minute_of(one["start"]), minute_of(one["end"])
        if one["type"] == "daily":
            windows.extend(daily(start=start, end=end, days=one.get("days")))
        else:
            windows.append(weekly(start_day=one["start_day"], start=start, end_day=one["end_day"], end=end))
    return hours_of(windows)


def minute_of(clock: str) -> int:
    """The minute of the day that HH:MM names; 24:00 is the day's end."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _dates(calendars: set[int], scope: _Scope) -> dict[int, list[Dated]]:
    """Days off by calendar, with when they were recorded and taken back; no query where no layer names one."""
    found: dict[int, list[Dated]] = {}
    if not calendars:
        return found
    margin = timedelta(days=3)
    rows = CalendarDate.objects.filter(
        scope.known(),
        calendar__in=calendars,
        date__gte=(scope.since - margin).date(),
        date__lte=(scope.until + margin).date(),
    )
    for row in rows.order_by("date", "pk"):
        is_known = scope.as_of is None or (row.withdrawn_at is not None and row.withdrawn_at <= scope.as_of)
        withdrawn_at = row.withdrawn_at if is_known else None
        found.setdefault(row.calendar_id, []).append((row.date, row.created_at, withdrawn_at))
    return found


def load_dates(calendars: Iterable[int], *, since: datetime, until: datetime) -> dict[int, list[Dated]]:
    """Days off by calendar around a range, as known now; for layers that are not stored yet."""
    return _dates(set(calendars), _Scope(None, since, until, None))


def _adjustments(scope: _Scope) -> tuple[dict[int, list[Adjustment]], set[int]]:
    """The overrides and accepted swaps that reach into the range, in order (R-F2), and their people."""
    found: dict[int, list[Adjustment]] = {}
    brought_in: set[int] = set()
    for schedule, key, op, starts_at, ends_at, created_at, cancelled_at, out, users in _rows(_OVERRIDES, scope):
        is_known = scope.as_of is None or (cancelled_at is not None and cancelled_at <= scope.as_of)
        since, until = effective_interval(
            starts_at=starts_at,
            ends_at=ends_at,
            created_at=created_at,
            cancelled_at=cancelled_at if is_known else None,
        )
        found.setdefault(schedule, []).append(Adjustment(key, since, until, op, tuple(users), out))
        brought_in.update(users)
    return found, brought_in


def effective_interval(
    *, starts_at: datetime, ends_at: datetime, created_at: datetime, cancelled_at: datetime | None
) -> Interval:
    """When an override holds (R-O2): never before it was made, and what was served stays served."""
    starts_at = max(starts_at, ceil_minute(created_at))
    if cancelled_at is not None:
        ends_at = min(ends_at, max(starts_at, ceil_minute(cancelled_at)))
    return starts_at, ends_at


def _people(users: set[int], scope: _Scope) -> tuple[dict[int, User], dict[int, tuple[Interval, ...]]]:
    """The people, with what a page says of them, and when their accounts are closed."""
    people: dict[int, User] = {}
    inactive: dict[int, list[Interval]] = {}
    for *facts, starts_at, ends_at in _rows(_PEOPLE, scope, users=sorted(users)) if users else ():
        key = facts[0]
        if key not in people:
            people[key] = User.from_db(connection.alias, _PERSON, facts)
        if starts_at is not None:
            inactive.setdefault(key, []).append((starts_at, ends_at or ENDLESS))
    for key, person in people.items():
        # An account closed behind our back has no date: nobody may be paged who cannot answer.
        if not person.is_active and scope.as_of is None and not any(e == ENDLESS for _, e in inactive.get(key, ())):
            inactive[key] = [(datetime.min.replace(tzinfo=UTC), ENDLESS)]
    return people, {key: tuple(spans) for key, spans in inactive.items()}


def load_people(
    users: Iterable[int], *, since: datetime, until: datetime
) -> tuple[dict[int, User], dict[int, tuple[Interval, ...]]]:
    """People and when their accounts are closed, as known now; for layers that are not stored yet."""
    return _people(set(users), _Scope(None, since, until, None))


def naming(users: Iterable[int], *, since: datetime | None = None) -> list[int]:
    """The schedules whose rotations have ever named one of these people, or an override that ends after `since`."""
    named = list(users)
    overrides = Override.objects.filter(people__user__in=named)
    if since is not None:
        overrides = overrides.filter(ends_at__gt=since)
    rows = Schedule.objects.filter(
        Q(pk__in=LayerMember.objects.filter(user__in=named).values("layer__version__schedule"))
        | Q(pk__in=overrides.values("schedule"))
    )
    return list(rows.values_list("pk", flat=True))


def load_absences(
    users: Iterable[int], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> dict[int, list[Interval]]:
    """When these people are on leave, within a range, as known now or `as_of` an instant (R-V5)."""
    stands = Q(cancelled_at__isnull=True)
    if as_of is not None:
        stands = (stands | Q(cancelled_at__gt=as_of)) & Q(created_at__lte=as_of)
    rows = Absence.objects.filter(stands, user__in=list(users), starts_at__lt=until, ends_at__gt=since)
    found: dict[int, list[Interval]] = {}
    for row in rows.order_by("starts_at", "pk"):
        found.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    return found
