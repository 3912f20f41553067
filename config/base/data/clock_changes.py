"""Nights in which a zone's clocks change: when they are, and what a local time means in them (R-T3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import DAY, MINUTE, resolve, wall_time

AHEAD = timedelta(days=400)
"""How far ahead changes are looked for: a little more than a year."""


@dataclass(frozen=True)
class ClockChange:
    """One change: its instant, and what the clock shows just before and just after it, as naive local times."""

    at: datetime
    before: datetime
    after: datetime

    @property
    def is_forward(self) -> bool:
        """Whether local times are left out; else some come twice."""
        return self.after > self.before


@dataclass(frozen=True)
class Reading:
    """What a local time means. `second` is its second occurrence, when there are two."""

    local: datetime
    at: datetime
    is_skipped: bool = False
    second: datetime | None = None


def read_wall_clock(local: datetime, zone: ZoneInfo) -> Reading:
    """The instant of a naive local time of whole minutes: of two the first, of none the end of the gap (R-T3)."""
    at = resolve(local, zone)
    if wall_time(at, zone) != local:
        return Reading(local, at, is_skipped=True)
    later = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return Reading(local, at, second=later if later > at else None)


def clock_changes(zone: ZoneInfo, *, at: datetime) -> Iterator[ClockChange]:
    """The changes of the coming 400 days, in order; none in a zone that keeps one time."""
    day = at.replace(second=0, microsecond=0)
    while day < at + AHEAD:
        if _offset(day, zone) != _offset(day + DAY, zone):
            yield _change_between(day, day + DAY, zone)
        day += DAY


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> ClockChange:
    """The first minute with the new offset, between two instants whose offsets differ."""
    old = _offset(low, zone)
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    before = wall_time(low, zone) + MINUTE
    return ClockChange(high, before, wall_time(high, zone))
