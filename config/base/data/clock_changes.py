"""Nights on which the clocks change: local times that do not exist or happen twice, and the next such nights."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import DAY, MINUTE, resolve, wall_time

_HORIZON = 400
"""Days. Every zone that changes its clocks does so within this time."""


@dataclass(frozen=True)
class ClockChange:
    """A change of the clocks: the local minute that is skipped first, or happens twice first, and by how much."""

    local: datetime
    shift: timedelta
    """Above zero the clocks go forward, below zero back."""


def clock_change_note(local: datetime, zone: ZoneInfo) -> str:
    """What is special about a local minute, and which instant is meant (R-T3); nothing for a usual one."""
    instant = resolve(local, zone)
    meant = wall_time(instant, zone)
    day = f"{local.day} {local:%B %Y}"
    if meant != local:
        return (
            f"{local:%H:%M} does not exist on {day} in {zone.key}: the clocks go forward. This is for {meant:%H:%M},"
            " the first minute after."
        )
    offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) > 1:
        name = instant.astimezone(zone).tzname()
        return (
            f"{local:%H:%M} happens twice on {day} in {zone.key}: the clocks go back. This is for the first, {name}."
        )
    return ""


def next_clock_changes(zone: ZoneInfo, *, after: date) -> list[ClockChange]:
    """The next change forward and the next one back, in order; none for a zone without them."""
    changes: dict[bool, ClockChange] = {}
    for n in range(_HORIZON):
        change = _change_on(after + n * DAY, zone)
        if change is not None:
            changes.setdefault(change.shift > timedelta(0), change)
        if len(changes) == 2:
            break
    return sorted(changes.values(), key=lambda change: change.local)


def _change_on(day: date, zone: ZoneInfo) -> ClockChange | None:
    """The change within a local day, found by halving between its two midnights."""
    start, end = resolve(datetime.combine(day, time.min), zone), resolve(datetime.combine(day + DAY, time.min), zone)
    before, after = _offset(start, zone), _offset(end, zone)
    if before == after:
        return None
    low, high = 0, int((end - start) / MINUTE)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + middle * MINUTE, zone) == before:
            low = middle
        else:
            high = middle
    instant = start + high * MINUTE
    shift = after - before
    first = (instant + before).replace(tzinfo=None)
    return ClockChange(first if shift > timedelta(0) else first + shift, shift)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(UTC).astimezone(zone).utcoffset() or timedelta(0)
