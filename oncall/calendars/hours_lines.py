"""Opening hours and their exceptions as people write them, a line each, and in the stored form (K-10, K-12)."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import cast

from django.core.exceptions import ValidationError

from config.base.data import text as texts
from config.base.data.moments import Unreadable, read_day
from oncall.calendars.hours_types import DaySpan, ExceptionDay, WeeklyWindow
from oncall.schedules import hours_text

EVERY_DAY = list(range(len(hours_text.DAYS)))
_NAME_LENGTH = 120
_EXCEPTION = re.compile(rf"(\S+)\s+(closed|{hours_text.SPANS})(?:\s+(.*))?", re.IGNORECASE)
_EXCEPTION_HELP = "Write the day first, as 2026-12-24 09:00-12:00 Christmas Eve, or 2026-12-31 closed."


def read_windows(text: str) -> list[WeeklyWindow]:
    """The weekly windows in lines such as Mon-Fri 09:00-12:00, 13:00-17:00; none for an empty text.

    Raises ValidationError that quotes the line. Whether the times exist is checked with the version.
    """
    windows = []
    for window in hours_text.read(text):
        if window["type"] == "weekly":
            raise ValidationError(
                f"“{hours_text.write([window])}” lasts over several days. Write a line for each day, as"
                " Fri 17:00-24:00 and Sat, Sun 00:00-24:00."
            )
        every_day = {"days": EVERY_DAY} | {name: window[name] for name in window if name != "type"}
        windows.append(cast("WeeklyWindow", every_day))
    return windows


def write_windows(windows: Sequence[WeeklyWindow]) -> str:
    """The windows as lines that `read_windows` parses; neighbours on the same days share a line."""
    grouped = groupby(windows, key=lambda window: sorted(set(window["days"])))
    return "\n".join(f"{_days_text(days)} {spans_text(list(group))}" for days, group in grouped)


def read_exceptions(text: str) -> list[ExceptionDay]:
    """The exceptions in lines such as 2026-12-24 09:00-12:00 Christmas Eve, or 2026-12-31 closed.

    Raises ValidationError that quotes the line.
    """
    return [_parse_exception(line) for line in (raw.strip() for raw in text.splitlines()) if line]


def write_exceptions(exceptions: Sequence[ExceptionDay]) -> str:
    """The exceptions as lines that `read_exceptions` parses."""
    return "\n".join(map(exception_text, exceptions))


def exception_text(exception: ExceptionDay) -> str:
    """One exception as a line: its day, its hours or that it is closed, and its name."""
    hours = spans_text(exception["windows"]) or "closed"
    return " ".join(filter(None, (exception["date"], hours, exception.get("name", ""))))


def spans_text(windows: Sequence[DaySpan]) -> str:
    """The times of several windows, as 09:00-12:00, 13:00-17:00."""
    return ", ".join(f"{window['start']}-{window['end']}" for window in windows)


def _days_text(days: Sequence[int]) -> str:
    return "every day" if list(days) == EVERY_DAY else hours_text.days_text(days)


def _parse_exception(line: str) -> ExceptionDay:
    match = _EXCEPTION.fullmatch(line)
    if match is None:
        raise ValidationError(f"“{line}” is not an exception. {_EXCEPTION_HELP}")
    day, hours, name = match.groups()
    try:
        read_day(day)
    except Unreadable:
        raise ValidationError(f"“{line}” does not begin with a day. {_EXCEPTION_HELP}") from None
    exception = ExceptionDay(date=day, windows=[] if hours.lower() == "closed" else _spans(hours))
    if name := texts.clean_line(name or "")[:_NAME_LENGTH]:
        exception["name"] = name
    return exception


def _spans(text: str) -> list[DaySpan]:
    return [DaySpan(start=span["start"], end=span["end"]) for span in hours_text.read_spans(text)]
