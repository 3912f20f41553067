"""Local (wall clock) time as an instant, in any time zone and year (R-T)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


# A pure function that is called for the same midnights and handoffs many times.
@lru_cache(maxsize=16_384)
def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """The first whole minute, in UTC, whose wall clock in `zone` is at least `local` (R-T1, R-T3).

    An ambiguous time means its first occurrence; a skipped time means the first instant after the gap. The
    result never decreases as `local` grows, in any zone.
    """
    aware = local.replace(tzinfo=zone, fold=0)
    instant = aware.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        instant = _end_of_gap(aware)
    minute = instant.replace(second=0, microsecond=0)
    return minute if minute == instant else minute + MINUTE


def _end_of_gap(aware: datetime) -> datetime:
    """The first whole minute after the jump over a local time that does not exist.

    In a gap, fold 0 reads the offset before the jump and fold 1 the one after it (PEP 495), so the jump
    lies between the two readings.
    """
    local, zone = aware.replace(tzinfo=None), aware.tzinfo
    low = aware.replace(fold=1).astimezone(UTC)
    span = int((aware.astimezone(UTC) - low) / MINUTE) + 1
    high, low_minutes = span, 0
    while high - low_minutes > 1:
        middle = (high + low_minutes) // 2
        if (low + middle * MINUTE).astimezone(zone).replace(tzinfo=None) >= local:
            high = middle
        else:
            low_minutes = middle
    return low + high * MINUTE


def wall_time(at: datetime, zone: ZoneInfo) -> datetime:
    """The local time at an instant, as a naive datetime."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins (R-T5)."""
    return resolve(datetime.combine(day, time.min), zone)
