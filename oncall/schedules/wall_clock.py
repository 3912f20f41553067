"""Local days of schedules, and the release of the time zone rules (R-T); times themselves are in the base."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import tzdata  # type: ignore[import-untyped]  # a package of data, without types

from config.base.data.wall_clock import DAY, MINUTE, day_start, resolve, wall_time

__all__ = ["DAY", "MINUTE", "day_of", "day_start", "resolve", "rules_version", "wall_time"]


def rules_version() -> str:
    """The release of the tz database in use, such as 2026b (R-T6).

    The system's database comes first, as for `zoneinfo`; else that of the tzdata package.
    """
    for folder in TZPATH:
        listed = Path(folder) / "tzdata.zi"
        if listed.is_file():
            with listed.open() as lines:
                return lines.readline().removeprefix("# version").strip()
    return str(tzdata.IANA_VERSION)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The local day that contains `at`; not always the date that the clock shows (R-T5, St John's 2010)."""
    day = wall_time(at, zone).date()
    while at < day_start(day, zone):
        day -= DAY
    while at >= day_start(day + DAY, zone):
        day += DAY
    return day
