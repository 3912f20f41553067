"""What the rota says over a range: segments, shifts, windows, gaps and what deserves a second look."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from typing import TypeVar

from oncall.schedules.final import Piece, pieces
from oncall.schedules.plan import Interval, Plan
from oncall.schedules.wall_clock import MINUTE

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Segment:
    """A maximal run with the same people on call and the same shadows (R-F4)."""

    starts_at: datetime
    ends_at: datetime
    on_call: frozenset[int]
    shadow: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shift:
    """A maximal run of minutes in which a person is on call (R-F4)."""

    user: int
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return (self.ends_at - self.starts_at) // MINUTE


@dataclass(slots=True)
class ScheduleTimeline:
    """All that a range of one schedule says, gathered in one walk over its pieces."""

    segments: list[Segment] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    # Windows are what per-shift pay divides by; they hold also minutes that nobody served (R-F4).
    windows: list[Interval] = field(default_factory=list)
    gaps: list[Interval] = field(default_factory=list)
    idle_adjustments: list[int] = field(default_factory=list)

    @property
    def minutes(self) -> dict[int, int]:
        """Minutes on call by person."""
        totals: dict[int, int] = {}
        for shift in self.shifts:
            totals[shift.user] = totals.get(shift.user, 0) + shift.minutes
        return totals


def runs(found: Iterable[Piece], key: Callable[[Piece], Key]) -> Iterator[tuple[Key, datetime, datetime]]:
    """Join pieces that touch and agree: what they agree on, from when to when."""
    for agreed, group in groupby(found, key):
        first = next(group)
        last = deque(group, maxlen=1)  # noqa: B031 - the rest of the same group
        yield agreed, first.starts_at, last[0].ends_at if last else first.ends_at


def segments(plan: Plan, *, since: datetime, until: datetime) -> Iterator[Segment]:
    """The final schedule over `[since, until)`, lazily (R-F4)."""
    for (on_call, shadow), starts_at, ends_at in runs(
        pieces(plan, since=since, until=until), lambda piece: (piece.on_call, piece.shadow)
    ):
        yield Segment(starts_at, ends_at, on_call, shadow)


def gather(plan: Plan, *, since: datetime, until: datetime) -> ScheduleTimeline:
    """Segments, shifts, windows, gaps and adjustments without effect over `[since, until)`.

    A gap is time with nobody on call while a version is in force (R-F5). Shifts are ordered by start, end
    and person. An adjustment is idle when it changes nothing in the range (R-O3).
    """
    found = list(pieces(plan, since=since, until=until))
    facts = ScheduleTimeline()
    for (on_call, shadow), starts_at, ends_at in runs(found, lambda piece: (piece.on_call, piece.shadow)):
        facts.segments.append(Segment(starts_at, ends_at, on_call, shadow))
    for window, starts_at, ends_at in runs(found, _window):
        if window is not None:
            facts.windows.append((starts_at, ends_at))
    for is_gap, starts_at, ends_at in runs(found, lambda p: not p.on_call and p.version is not None):
        if is_gap:
            facts.gaps.append((starts_at, ends_at))
    facts.shifts = shifts(facts.segments)
    changed = {number for piece in found for number in piece.effects}
    facts.idle_adjustments = [one.id for one in plan.adjustments if one.id not in changed]
    return facts


def _window(piece: Piece) -> object:
    """What makes minutes one window: what won, or being covered by adjustments alone (R-F4)."""
    if piece.winner is not None:
        return piece.version, piece.winner
    return "adjusted" if piece.on_call else None


def shifts(found: Iterable[Segment]) -> list[Shift]:
    """Each person's runs, over whoever else stands by (R-F4)."""
    open_since: dict[int, datetime] = {}
    done: list[Shift] = []
    ends_at: datetime | None = None
    for segment in found:
        for user in [user for user in open_since if user not in segment.on_call]:
            done.append(Shift(user, open_since.pop(user), segment.starts_at))  # noqa: PERF401 - it also pops
        for user in segment.on_call:
            open_since.setdefault(user, segment.starts_at)
        ends_at = segment.ends_at
    if ends_at is not None:
        done += [Shift(user, starts_at, ends_at) for user, starts_at in open_since.items()]
    return sorted(done, key=lambda shift: (shift.starts_at, shift.ends_at, shift.user))


def absences_on_call(found: Iterable[Shift], absent: Mapping[int, Iterable[Interval]]) -> list[Shift]:
    """Where people stand by although they are on leave: it only warns (R-V6)."""
    return sorted(
        (
            Shift(shift.user, max(shift.starts_at, starts_at), min(shift.ends_at, ends_at))
            for shift in found
            for starts_at, ends_at in joined(absent.get(shift.user, ()))
            if starts_at < shift.ends_at and ends_at > shift.starts_at
        ),
        key=lambda shift: (shift.starts_at, shift.ends_at, shift.user),
    )


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, in order and apart from each other."""
    found: list[Interval] = []
    for starts_at, ends_at in sorted(intervals):
        if found and starts_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends_at, found[-1][1]))
        elif starts_at < ends_at:
            found.append((starts_at, ends_at))
    return found


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A person who stands by on several schedules at once."""

    user: int
    starts_at: datetime
    ends_at: datetime
    schedules: tuple[int, ...]


def double_bookings(shifts_of: Mapping[int, Iterable[Shift]]) -> list[DoubleBooking]:
    """Maximal runs in which a person stands by on the same two or more schedules."""
    edges: dict[int, dict[datetime, list[tuple[int, bool]]]] = {}
    for schedule, found in shifts_of.items():
        for shift in found:
            by_time = edges.setdefault(shift.user, {})
            by_time.setdefault(shift.starts_at, []).append((schedule, True))
            by_time.setdefault(shift.ends_at, []).append((schedule, False))
    booked: list[DoubleBooking] = []
    for user, by_time in edges.items():
        standing: set[int] = set()
        times = sorted(by_time)
        for starts_at, ends_at in pairwise(times):
            # Ends before starts, or a schedule handed from a person to the same person would vanish.
            for schedule, is_start in sorted(by_time[starts_at], key=lambda edge: edge[1]):
                (standing.add if is_start else standing.discard)(schedule)
            if len(standing) > 1:
                booked.append(DoubleBooking(user, starts_at, ends_at, tuple(sorted(standing))))
    return sorted(_joined_bookings(booked), key=lambda one: (one.starts_at, one.ends_at, one.user))


def _joined_bookings(booked: list[DoubleBooking]) -> list[DoubleBooking]:
    found: list[DoubleBooking] = []
    for one in booked:
        last = found[-1] if found else None
        if last and (last.user, last.schedules, last.ends_at) == (one.user, one.schedules, one.starts_at):
            found[-1] = DoubleBooking(one.user, last.starts_at, one.ends_at, one.schedules)
        else:
            found.append(one)
    return found


def without(spans: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What is left of spans when holes are cut out."""
    left = joined(spans)
    for starts_at, ends_at in holes:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, starts_at)), (max(start, ends_at), end))
            if piece[0] < piece[1]
        ]
    return left
