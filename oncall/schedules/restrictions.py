"""The hours of the week in which a layer covers (R-L2)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.schedules.wall_clock import MINUTE, resolve, wall_time

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
WEEK = timedelta(days=7)

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """Stretches of the naive week, in minutes from Monday 00:00; disjoint and in order.

    Windows are joined before they are converted to instants. That changes nothing, because both ends of every
    window use the monotone `resolve` (R-T4): windows that touch or overlap in local time also touch or
    overlap as instants.
    """

    stretches: tuple[tuple[int, int], ...]

    def windows(self, zone: ZoneInfo, *, since: datetime, until: datetime) -> Iterator[Window]:
        """The windows that overlap `[since, until)`, uncut, in order; a window without length is left out."""
        if not self.stretches:
            return
        first_day = wall_time(since, zone).replace(hour=0, minute=0, second=0) - WEEK
        monday = first_day - timedelta(days=first_day.weekday())
        while True:
            for start, end in self.stretches:
                starts_at = resolve(monday + start * MINUTE, zone)
                if starts_at >= until:
                    return
                ends_at = resolve(monday + end * MINUTE, zone)
                if starts_at < ends_at and ends_at > since:
                    yield starts_at, ends_at
            monday += WEEK

    def meets(self, start: int, length: int) -> bool:
        """Whether a naive stretch of the week, in minutes from a Monday, overlaps one of these."""
        if length >= WEEK_MINUTES:
            return True
        start %= WEEK_MINUTES
        return any(
            begin + shift < start + length and start < end + shift
            for begin, end in self.stretches
            for shift in (-WEEK_MINUTES, 0, WEEK_MINUTES)
        )


def hours_of(windows: Iterable[tuple[int, int]]) -> Hours | None:
    """The union of weekly windows `(start, end)` in minutes; None if they cover every minute.

    A start lies in the week; an end may lie in the next one.
    """
    windows_of_three_weeks = sorted(
        (start + n * WEEK_MINUTES, end + n * WEEK_MINUTES) for start, end in windows for n in range(3)
    )
    joined: list[tuple[int, int]] = []
    for start, end in windows_of_three_weeks:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if any(end - start >= WEEK_MINUTES for start, end in joined):
        return None
    # In the middle week, windows that began in the week before are already joined.
    first = bisect_right(joined, (WEEK_MINUTES, -1))
    last = bisect_right(joined, (2 * WEEK_MINUTES, -1))
    return Hours(tuple((start - WEEK_MINUTES, end - WEEK_MINUTES) for start, end in joined[first:last]))


def daily(*, start: int, end: int, days: Iterable[int] | None) -> Iterator[tuple[int, int]]:
    """Windows that start on each of `days` (None for all); an end not after the start is on the next day."""
    length = end - start if end > start else end + DAY_MINUTES - start
    for day in sorted(set(range(7) if days is None else days)):
        yield day * DAY_MINUTES + start, day * DAY_MINUTES + start + length


def weekly(*, start_day: int, start: int, end_day: int, end: int) -> tuple[int, int]:
    """One window a week, to the next `end_day` and `end` strictly after the start; equal times mean seven days."""
    begins, ends = start_day * DAY_MINUTES + start, end_day * DAY_MINUTES + end
    return begins, ends if ends > begins else ends + WEEK_MINUTES
