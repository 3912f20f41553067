"""From rows to plans, for any number of schedules in the same few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from oncall.models import Absence, CalendarDate, Deactivation, Override, Schedule, ScheduleVersion, User
from oncall.schedules.plan import Adjustment, Interval, Layer, Plan, Version
from oncall.schedules.restrictions import Hours, daily, hours_of, weekly
from oncall.schedules.rotation import Rotation
from oncall.schedules.wall_clock import MINUTE, day_start

ENDLESS = datetime.max.replace(tzinfo=UTC)
_VERSION = ("pk", "schedule_id", "effective_from", "created_at", "time_zone")
_LAYER = (
    "pk", "priority", "kind", "time_zone", "starts_at", "ends_at", "anchor", "unit", "length", "lengths", "clock",
    "count", "concurrent", "slots", "restrictions", "calendar_id", "holiday_mode",
)  # fmt: skip
_MEMBERS = ("layers__members__slot", "layers__members__pk")


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

    def of_schedules(self, path: str) -> Q:
        """The asked schedules, by the path to their key."""
        return Q() if self.ids is None else Q(**{f"{path}__in": self.ids})


def load(
    *, ids: Iterable[int] | None = None, since: datetime, until: datetime, as_of: datetime | None = None
) -> list[Roster]:
    """Schedules by team and name, each with its plan over `[since, until)`: six queries at most.

    `as_of` gives the view of that instant: what was recorded or taken back later is not there (R-V5).
    """
    scope = _Scope(None if ids is None else sorted(set(ids)), since, until, as_of)
    schedules = list(
        Schedule.objects.select_related("team").filter(scope.of_schedules("pk")).order_by("team__name", "name", "pk")
    )
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
        for schedule in schedules
    ]


def _versions(scope: _Scope) -> dict[int, list[Version]]:
    """The versions in force at some minute of the range, in the order of R-V2."""
    taken_back = Q(withdrawn_at__isnull=True)
    if scope.as_of is not None:
        taken_back |= Q(withdrawn_at__gt=scope.as_of)
    known = ScheduleVersion.objects.filter(taken_back, scope.known(), scope.of_schedules("schedule_id"))
    first = (
        known.filter(effective_from__lte=scope.since)
        .order_by("schedule_id", "-effective_from", "-created_at", "-pk")
        .distinct("schedule_id")
    )
    rows = list(
        known.filter(Q(pk__in=first.values("pk")) | Q(effective_from__gt=scope.since, effective_from__lt=scope.until))
        .annotate(
            member_slots=ArrayAgg("layers__members__slot", order_by=_MEMBERS),
            member_users=ArrayAgg("layers__members__user_id", order_by=_MEMBERS),
        )
        .order_by("schedule_id", "effective_from", "created_at", "pk", "layers__pk")
        .values_list(*_VERSION, *(f"layers__{name}" for name in _LAYER), "member_slots", "member_users")
    )
    dates = _dates({row[_CALENDAR] for row in rows if row[_CALENDAR] is not None}, scope)
    found: dict[int, list[Version]] = {}
    for head, group in groupby(rows, lambda row: row[: len(_VERSION)]):
        key, schedule, effective_from, created_at, zone_name = head
        zone = ZoneInfo(zone_name)
        layers = tuple(_layer(row[len(_VERSION) :], zone, dates) for row in group if row[len(_VERSION)] is not None)
        found.setdefault(schedule, []).append(Version(key, effective_from, created_at, zone, layers))
    return found


_CALENDAR = len(_VERSION) + _LAYER.index("calendar_id")


def _layer(row: tuple[Any, ...], version_zone: ZoneInfo, dates: Mapping[int, list[tuple[date, datetime]]]) -> Layer:
    one = dict(zip((*_LAYER, "member_slots", "member_users"), row, strict=True))
    zone = ZoneInfo(one["time_zone"]) if one["time_zone"] else version_zone
    hours = hours_from(one["restrictions"])
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
        id=one["pk"],
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


def counting(dates: Iterable[tuple[date, datetime]], zone: ZoneInfo) -> tuple[date, ...]:
    """The days off that count: those whose local day begins after they were recorded (R-V5a)."""
    return tuple(day for day, created_at in dates if day_start(day, zone) > created_at)


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


def _dates(calendars: set[int], scope: _Scope) -> dict[int, list[tuple[date, datetime]]]:
    """Days off by calendar, with the instants of their recording; no query where no layer names one."""
    found: dict[int, list[tuple[date, datetime]]] = {}
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
        if row.withdrawn_at is None or (scope.as_of is not None and row.withdrawn_at > scope.as_of):
            found.setdefault(row.calendar_id, []).append((row.date, row.created_at))
    return found


def load_dates(
    calendars: Iterable[int], *, since: datetime, until: datetime
) -> dict[int, list[tuple[date, datetime]]]:
    """Days off by calendar around a range, as known now; for layers that are not stored yet."""
    return _dates(set(calendars), _Scope(None, since, until, None))


def _adjustments(scope: _Scope) -> tuple[dict[int, list[Adjustment]], set[int]]:
    """The overrides and accepted swaps that reach into the range, in order (R-F2), and their people."""
    rows: QuerySet[Any, Any] = (
        Override.objects.filter(
            scope.of_schedules("schedule_id"),
            scope.known(),
            starts_at__lt=scope.until,
            ends_at__gt=scope.since,
        )
        .annotate(brought=ArrayAgg("people__user_id", filter=Q(people__isnull=False), default=[]))
        .order_by("schedule_id", "created_at", "pk")
        .values_list(
            "schedule_id", "pk", "op", "starts_at", "ends_at", "created_at", "cancelled_at", "out_id", "brought"
        )
    )
    found: dict[int, list[Adjustment]] = {}
    brought_in: set[int] = set()
    for schedule, key, op, starts_at, ends_at, created_at, cancelled_at, out, users in rows:
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


def ceil_minute(at: datetime) -> datetime:
    """The first whole minute not before `at`."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + MINUTE


def _people(users: set[int], scope: _Scope) -> tuple[dict[int, User], dict[int, tuple[Interval, ...]]]:
    """The people, and when their accounts were closed within the range."""
    people = User.objects.in_bulk(users)
    rows = Deactivation.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=scope.since),
        scope.known(),
        user__in=users,
        starts_at__lt=scope.until,
    ).order_by("user_id", "starts_at")
    inactive: dict[int, list[Interval]] = {}
    for row in rows:
        inactive.setdefault(row.user_id, []).append((row.starts_at, row.ends_at or ENDLESS))
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


def load_absences(users: Iterable[int], *, since: datetime, until: datetime) -> dict[int, list[Interval]]:
    """When these people are on leave, within a range."""
    rows = Absence.objects.filter(
        user__in=list(users), cancelled_at__isnull=True, starts_at__lt=until, ends_at__gt=since
    ).order_by("starts_at", "pk")
    found: dict[int, list[Interval]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append((row.starts_at, row.ends_at))
    return found
