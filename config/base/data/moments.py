"""The one parser of typed and sent moments and days: filters, forms, query parameters and JSON read them here."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.base.data.wall_clock import resolve

FIRST_YEAR, LAST_YEAR = 2000, 2099
USUAL_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
"""The years that a list or a page can show."""
ALL_YEARS = range(1, 10_000)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?"
_SHAPE = re.compile(rf"({_DAY})(?:[Tt ]({_CLOCK})(?: ?([Zz]|[+-][0-9]{{2}}(?::?[0-9]{{2}})?))?)?")
_LOST_PLUS = re.compile(rf"({_DAY}[Tt ]{_CLOCK}) ([0-9]{{2}}(?::?[0-9]{{2}})?)")
"""In an address a plus sign that was not escaped arrives as a space; after a time it can mean nothing else."""

NO_MOMENT = "This is not a date and time. Write it as 2026-03-01T09:00:00Z."
NO_DAY = "This is not a day. Write it as 2026-03-01."
NO_OFFSET = "Add the offset from UTC, as in 2026-03-01T09:00:00Z or 2026-03-01T10:00:00+01:00."
OUTSIDE_YEARS = f"Choose a date from the years {FIRST_YEAR} to {LAST_YEAR}."
OUTSIDE_CALENDAR = "This date is outside the calendar."


class Unreadable(ValueError):
    """A text is no moment or day, or lies outside the years asked for; the message is for its author."""


def read_moment(text: str, *, zone: ZoneInfo | None, years: range = USUAL_YEARS) -> datetime:
    """The moment in UTC that an ISO 8601 text names; a day alone means its beginning.

    `zone` is where a text without an offset was written: a repeated local time means the first one, a skipped one
    the end of the gap (R-T3). Without a zone such a text is refused. Raises Unreadable.
    """
    written = text.strip()
    parts = _SHAPE.fullmatch(_LOST_PLUS.sub(r"\1+\2", written) if _LOST_PLUS.fullmatch(written) else written)
    if parts is None:
        raise Unreadable(NO_MOMENT)
    day, clock, offset = parts.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{(clock or '00:00').replace(',', '.')}")
        aware = datetime.fromisoformat(f"{local.isoformat()}{_full_offset(offset)}") if offset else None
    except ValueError:
        raise Unreadable(NO_MOMENT) from None
    _check_year(local, years)
    if aware is None and zone is None:
        raise Unreadable(NO_OFFSET)
    try:
        return aware.astimezone(UTC) if aware else _instant(local, zone or ZoneInfo("UTC"))
    except OverflowError:
        raise Unreadable(OUTSIDE_CALENDAR) from None


def read_local_minute(text: str) -> datetime | None:
    """The minute on the wall clock that a text without an offset names, without a zone; None for any other text."""
    parts = _SHAPE.fullmatch(text.strip())
    if parts is None or parts[3]:
        return None
    try:
        return datetime.fromisoformat(f"{parts[1]}T{(parts[2] or '00:00')[:5]}")
    except ValueError:
        return None


def read_day(text: str, *, years: range = USUAL_YEARS) -> date:
    """The day that a text such as 2026-03-01 names. Raises Unreadable."""
    written = text.strip()
    if not re.fullmatch(_DAY, written):
        raise Unreadable(NO_DAY)
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise Unreadable(NO_DAY) from None
    _check_year(day, years)
    return day


def _full_offset(offset: str) -> str:
    """The offset with a colon and minutes, as +02:00, or Z."""
    digits = offset[1:].replace(":", "")
    return f"{offset[0]}{digits[:2]}:{digits[2:] or '00'}" if digits else "+00:00"


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    minute = local.replace(second=0, microsecond=0)
    return resolve(minute, zone) + timedelta(seconds=local.second, microseconds=local.microsecond)


def _check_year(day: date, years: range) -> None:
    if day.year not in years:
        raise Unreadable(OUTSIDE_YEARS if years == USUAL_YEARS else OUTSIDE_CALENDAR)
