"""What a rota page shows of some schedules: who is on call when and why, and problems, in a few queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.models import Schedule, ScheduleVersion, User
from oncall.rota.spans import Span
from oncall.schedules.loading import Roster, load, load_absences, schedules_naming
from oncall.schedules.resolver import NOBODY, Piece, pieces
from oncall.schedules.timeline import (
    Segment,
    Shift,
    absences_on_call,
    double_bookings,
    merge_intervals,
    runs,
    segments,
    shifts,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch in which the same people are on call for the same reason; no people is a gap (R-F5)."""

    starts_at: datetime
    ends_at: datetime
    users: tuple[User, ...]
    is_override: bool = False
    is_shadow: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One schedule's bars, in order; between them no version was in force.

    Shadows have bars of their own, so that they do not cut the bars of people on call.
    """

    schedule: Schedule
    zone: ZoneInfo
    bars: list[Bar]
    shadows: list[Bar]
    shifts: list[Shift]
    # When overrides are active that change nothing (R-O3).
    idle: list[tuple[datetime, datetime]]

    @property
    def all_bars(self) -> list[Bar]:
        """Bars of both kinds, in order of time."""
        return sorted([*self.bars, *self.shadows], key=lambda bar: (bar.starts_at, bar.is_shadow))


Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something to fix, and each time at which it happens in the range (R-O5).

    The kinds: `gap`, nobody is on call; `double`, a person is on call on several schedules at once; `absent`,
    a person with time off is on call; `idle`, an override changes nothing.
    """

    kind: str
    schedules: tuple[Schedule, ...]
    times: list[Times]
    person: User | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page shows; `as_of` is set for the view of an earlier instant (R-V5)."""

    span: Span
    lanes: list[Lane]
    troubles: list[Trouble]
    as_of: datetime | None

    @property
    def zones(self) -> list[str]:
        """The time zones of the schedules, by name."""
        return sorted({lane.zone.key for lane in self.lanes})


def board(*, ids: Iterable[int], span: Span, as_of: datetime | None = None) -> Board:
    """These schedules over a span, as known now or `as_of` an instant; a constant number of queries."""
    rosters = load(ids=ids, since=span.since, until=span.until, as_of=as_of)
    lanes = [_lane(roster, span) for roster in rosters]
    people = {pk: person for roster in rosters for pk, person in roster.people.items()}
    elsewhere = _elsewhere(lanes, span, as_of)
    troubles = [*_gaps(lanes), *_idle(lanes), *_bookings(lanes, elsewhere, people)]
    troubles += _absences(lanes, people, span, as_of)
    return Board(span, lanes, sorted(troubles, key=lambda trouble: trouble.times[0]), as_of)


def _lane(roster: Roster, span: Span) -> Lane:
    def bar_key(piece: Piece) -> tuple[frozenset[int], bool, bool]:
        return piece.on_call, bool(piece.effects), piece.version is None

    all_pieces = list(pieces(roster.plan, since=span.since, until=span.until))
    bars: list[Bar] = []
    segments_on_call: list[Segment] = []
    for (on_call, is_override, is_unplanned), starts_at, ends_at in runs(all_pieces, bar_key):
        segments_on_call.append(Segment(starts_at, ends_at, on_call, NOBODY))
        if on_call or not is_unplanned:
            bars.append(Bar(starts_at, ends_at, roster.people_named(on_call), is_override=is_override))
    shadows = [
        Bar(starts_at, ends_at, roster.people_named(looking_on), is_shadow=True)
        for looking_on, starts_at, ends_at in runs(all_pieces, lambda piece: piece.shadow)
        if looking_on
    ]
    version = roster.plan.version_at(span.since) or next(iter(roster.plan.versions), None)
    changed = {number for piece in all_pieces for number in piece.effects}
    idle = [
        (max(adjustment.starts_at, span.since), min(adjustment.ends_at, span.until))
        for adjustment in roster.plan.adjustments
        if adjustment.id not in changed and max(adjustment.starts_at, span.since) < min(adjustment.ends_at, span.until)
    ]
    return Lane(
        roster.schedule, version.zone if version else span.zone, bars, shadows, shifts(segments_on_call), sorted(idle)
    )


def _elsewhere(lanes: list[Lane], span: Span, as_of: datetime | None) -> list[tuple[Schedule, list[Shift]]]:
    """The shifts of the same people on schedules that are not on the page, to find double bookings."""
    listed = {lane.schedule.pk for lane in lanes}
    users = {shift.user for lane in lanes for shift in lane.shifts}
    other_ids = set(schedules_naming(users, since=span.since)) - listed
    rosters = load(ids=other_ids, since=span.since, until=span.until, as_of=as_of)
    return [
        (roster.schedule, [shift for shift in shifts(segments(roster.plan, since=span.since, until=span.until))
                           if shift.user in users])
        for roster in rosters
    ]  # fmt: skip


def _gaps(lanes: list[Lane]) -> Iterator[Trouble]:
    for lane in lanes:
        times = merge_intervals((bar.starts_at, bar.ends_at) for bar in lane.bars if not bar.users)
        if times:
            yield Trouble("gap", (lane.schedule,), times)


def _idle(lanes: list[Lane]) -> Iterator[Trouble]:
    for lane in lanes:
        if lane.idle:
            yield Trouble("idle", (lane.schedule,), lane.idle)


def _bookings(
    lanes: list[Lane], elsewhere: list[tuple[Schedule, list[Shift]]], people: dict[int, User]
) -> Iterator[Trouble]:
    schedules = {lane.schedule.pk: lane.schedule for lane in lanes} | {
        schedule.pk: schedule for schedule, _ in elsewhere
    }
    listed = {lane.schedule.pk for lane in lanes}
    shifts_by_schedule = {lane.schedule.pk: lane.shifts for lane in lanes} | {
        schedule.pk: other_shifts for schedule, other_shifts in elsewhere
    }
    grouped: dict[tuple[int, tuple[int, ...]], list[Times]] = {}
    for booking in double_bookings(shifts_by_schedule):
        if listed.intersection(booking.schedules):
            grouped.setdefault((booking.user, booking.schedules), []).append((booking.starts_at, booking.ends_at))
    for (user, keys), times in grouped.items():
        yield Trouble("double", tuple(schedules[pk] for pk in keys), times, people[user])


def _absences(lanes: list[Lane], people: dict[int, User], span: Span, as_of: datetime | None) -> Iterator[Trouble]:
    absent = load_absences(people, since=span.since, until=span.until, as_of=as_of)
    for lane in lanes:
        grouped: dict[int, list[Times]] = {}
        for shift in absences_on_call(lane.shifts, absent):
            grouped.setdefault(shift.user, []).append((shift.starts_at, shift.ends_at))
        for user, times in grouped.items():
            yield Trouble("absent", (lane.schedule,), times, people[user])


def zone_of(ids: Iterable[int], *, at: datetime, default: str) -> ZoneInfo:
    """The time zone that all these schedules share at an instant, or else the default."""
    names = set(
        ScheduleVersion.objects.filter(schedule__in=list(ids), withdrawn_at__isnull=True, effective_from__lte=at)
        .order_by("schedule_id", "-effective_from", "-created_at", "-pk")
        .distinct("schedule_id")
        .values_list("time_zone", flat=True)
    )
    return ZoneInfo(names.pop() if len(names) == 1 else default)
