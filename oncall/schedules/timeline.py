"""The rota over a range: segments, shifts, windows, gaps, absences and double bookings."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from typing import TypeVar

from oncall.schedules.plan import Interval, Plan
from oncall.schedules.resolver import Piece, pieces
from oncall.schedules.wall_clock import MINUTE

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Segment:
    """A longest possible run with the same people on call and the same shadows (R-F4)."""

    starts_at: datetime
    ends_at: datetime
    on_call: frozenset[int]
    shadow: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shift:
    """A longest possible run of minutes in which a person is on call (R-F4)."""

    user: int
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return (self.ends_at - self.starts_at) // MINUTE


@dataclass(slots=True)
class ScheduleTimeline:
    """Segments, shifts, windows and gaps of one schedule over a range, computed in one pass."""

    segments: list[Segment] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    # Pay per shift is divided by windows; they include minutes in which nobody was on call (R-F4).
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


def runs(pieces_in_order: Iterable[Piece], key: Callable[[Piece], Key]) -> Iterator[tuple[Key, datetime, datetime]]:
    """Join adjacent pieces with the same key: the key, from when and until when."""
    for value, group in groupby(pieces_in_order, key):
        first = next(group)
        last = deque(group, maxlen=1)  # noqa: B031 - the rest of the same group
        yield value, first.starts_at, last[0].ends_at if last else first.ends_at


def segments(plan: Plan, *, since: datetime, until: datetime) -> Iterator[Segment]:
    """The final schedule over `[since, until)`, lazily (R-F4)."""
    for (on_call, shadow), starts_at, ends_at in runs(
        pieces(plan, since=since, until=until), lambda piece: (piece.on_call, piece.shadow)
    ):
        yield Segment(starts_at, ends_at, on_call, shadow)


def build_timeline(plan: Plan, *, since: datetime, until: datetime) -> ScheduleTimeline:
    """Compute segments, shifts, windows, gaps and adjustments without effect over `[since, until)`.

    A gap is time with nobody on call while a version is in force (R-F5). Shifts are ordered by start, end
    and person. An adjustment is idle when it changes nothing in the range (R-O3).
    """
    all_pieces = list(pieces(plan, since=since, until=until))
    timeline = ScheduleTimeline()
    for (on_call, shadow), starts_at, ends_at in runs(all_pieces, lambda piece: (piece.on_call, piece.shadow)):
        timeline.segments.append(Segment(starts_at, ends_at, on_call, shadow))
    for window, starts_at, ends_at in runs(all_pieces, _window):
        if window is not None:
            timeline.windows.append((starts_at, ends_at))
    for is_gap, starts_at, ends_at in runs(all_pieces, lambda p: not p.on_call and p.version is not None):
        if is_gap:
            timeline.gaps.append((starts_at, ends_at))
    timeline.shifts = shifts(timeline.segments)
    changed = {number for piece in all_pieces for number in piece.effects}
    timeline.idle_adjustments = [adjustment.id for adjustment in plan.adjustments if adjustment.id not in changed]
    return timeline


def _window(piece: Piece) -> object:
    """The key that makes minutes one window: what won, or "adjusted" if adjustments alone decide (R-F4)."""
    if piece.winner is not None:
        return piece.version, piece.winner
    return "adjusted" if piece.on_call else None


def shifts(segments_in_order: Iterable[Segment]) -> list[Shift]:
    """Each person's runs on call, independent of other people on call (R-F4)."""
    open_since: dict[int, datetime] = {}
    finished: list[Shift] = []
    ends_at: datetime | None = None
    for segment in segments_in_order:
        for user in [user for user in open_since if user not in segment.on_call]:
            finished.append(Shift(user, open_since.pop(user), segment.starts_at))  # noqa: PERF401 - it also pops
        for user in segment.on_call:
            open_since.setdefault(user, segment.starts_at)
        ends_at = segment.ends_at
    if ends_at is not None:
        finished += [Shift(user, starts_at, ends_at) for user, starts_at in open_since.items()]
    return sorted(finished, key=lambda shift: (shift.starts_at, shift.ends_at, shift.user))


def absences_on_call(shifts_in_order: Iterable[Shift], absent: Mapping[int, Iterable[Interval]]) -> list[Shift]:
    """The times in which people are on call during their time off; it only warns (R-V6)."""
    return sorted(
        (
            Shift(shift.user, max(shift.starts_at, starts_at), min(shift.ends_at, ends_at))
            for shift in shifts_in_order
            for starts_at, ends_at in merge_intervals(absent.get(shift.user, ()))
            if starts_at < shift.ends_at and ends_at > shift.starts_at
        ),
        key=lambda shift: (shift.starts_at, shift.ends_at, shift.user),
    )


def merge_intervals(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, disjoint and in order."""
    merged: list[Interval] = []
    for starts_at, ends_at in sorted(intervals):
        if merged and starts_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends_at, merged[-1][1]))
        elif starts_at < ends_at:
            merged.append((starts_at, ends_at))
    return merged


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A person is on call on several schedules at once."""

    user: int
    starts_at: datetime
    ends_at: datetime
    schedules: tuple[int, ...]


def double_bookings(shifts_of: Mapping[int, Iterable[Shift]]) -> list[DoubleBooking]:
    """Longest possible runs in which a person is on call on the same two or more schedules."""
    edges: dict[int, dict[datetime, list[tuple[int, bool]]]] = {}
    for schedule, schedule_shifts in shifts_of.items():
        for shift in schedule_shifts:
            by_time = edges.setdefault(shift.user, {})
            by_time.setdefault(shift.starts_at, []).append((schedule, True))
            by_time.setdefault(shift.ends_at, []).append((schedule, False))
    bookings: list[DoubleBooking] = []
    for user, by_time in edges.items():
        on_call_schedules: set[int] = set()
        times = sorted(by_time)
        for starts_at, ends_at in pairwise(times):
            # Ends before starts; otherwise a handoff from a person to the same person would drop the schedule.
            for schedule, is_start in sorted(by_time[starts_at], key=lambda edge: edge[1]):
                (on_call_schedules.add if is_start else on_call_schedules.discard)(schedule)
            if len(on_call_schedules) > 1:
                bookings.append(DoubleBooking(user, starts_at, ends_at, tuple(sorted(on_call_schedules))))
    return sorted(_joined_bookings(bookings), key=lambda booking: (booking.starts_at, booking.ends_at, booking.user))


def _joined_bookings(bookings: list[DoubleBooking]) -> list[DoubleBooking]:
    merged: list[DoubleBooking] = []
    for booking in bookings:
        last = merged[-1] if merged else None
        if last and (last.user, last.schedules, last.ends_at) == (booking.user, booking.schedules, booking.starts_at):
            merged[-1] = DoubleBooking(booking.user, last.starts_at, booking.ends_at, booking.schedules)
        else:
            merged.append(booking)
    return merged


def subtract_intervals(spans: Iterable[Interval], excluded: Iterable[Interval]) -> list[Interval]:
    """The parts of `spans` that are not in `excluded`."""
    remaining = merge_intervals(spans)
    for starts_at, ends_at in excluded:
        remaining = [
            piece
            for start, end in remaining
            for piece in ((start, min(end, starts_at)), (max(start, ends_at), end))
            if piece[0] < piece[1]
        ]
    return remaining
