"""From a wall clock to the one line of time, in any zone and year (R-T)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import tzdata  # type: ignore[import-untyped]  # a package of data, without types

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


# A function of its arguments alone, asked for the same midnights and handoffs over and over.
@lru_cache(maxsize=16_384)
def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """The least whole minute, in UTC, whose wall clock in `zone` is at least `local` (R-T1, R-T3).

    An ambiguous time means its first reading; one that the clock skips means the first instant after the
    gap. The answer never runs backwards as `local` grows, in any zone.
    """
    aware = local.replace(tzinfo=zone, fold=0)
    found = aware.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local:
        found = _end_of_gap(aware)
    whole = found.replace(second=0, microsecond=0)
    return whole if whole == found else whole + MINUTE


def _end_of_gap(aware: datetime) -> datetime:
    """The first whole minute after the jump over a wall clock that never was.

    In a gap, fold 0 reads the offset before the jump and fold 1 the one after it (PEP 495), so the jump
    lies between the two readings.
    """
    local, zone = aware.replace(tzinfo=None), aware.tzinfo
    low = aware.replace(fold=1).astimezone(UTC)
    span = int((aware.astimezone(UTC) - low) / MINUTE) + 1
    reached, short = span, 0
    while reached - short > 1:
        middle = (reached + short) // 2
        if (low + middle * MINUTE).astimezone(zone).replace(tzinfo=None) >= local:
            reached = middle
        else:
            short = middle
    return low + reached * MINUTE


def rules_version() -> str:
    """The release of the tz database that decides what clocks show, such as 2026b (R-T6).

    The system's own comes first, as it does for `zoneinfo`; else it is that of the package.
    """
    for folder in TZPATH:
        listed = Path(folder) / "tzdata.zi"
        if listed.is_file():
            with listed.open() as lines:
                return lines.readline().removeprefix("# version").strip()
    return str(tzdata.IANA_VERSION)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows at an instant, naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins (R-T5)."""
    return resolve(datetime.combine(day, time.min), zone)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The local day that holds `at`; not always the date that the clock shows (R-T5, St John's 2010)."""
    day = wall(at, zone).date()
    while at < day_start(day, zone):
        day -= DAY
    while at >= day_start(day + DAY, zone):
        day += DAY
    return day
