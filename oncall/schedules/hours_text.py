"""Convert weekly hours between text, one or several windows a line, and the stored form (R-L2)."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_TIME = r"(\d{1,2}:\d{2})"
_TO = r"\s*(?:-|–|to)\s*"
_WEEKLY = re.compile(rf"{_DAY}\s+{_TIME}{_TO}{_DAY}\s+{_TIME}")
_SPAN = re.compile(rf"{_TIME}{_TO}{_TIME}")
SPANS = r"\d{1,2}:\d{2}\s*(?:-|–|to)\s*\d{1,2}:\d{2}(?:\s*,\s*\d{1,2}:\d{2}\s*(?:-|–|to)\s*\d{1,2}:\d{2})*"
"""Matches spans of a day with commas between, as 09:00-12:00, 13:00-17:00."""
_DAILY = re.compile(rf"(?:(.*?)\s+)?({SPANS})")
_RANGE = re.compile(rf"{_DAY}(?:{_TO}{_DAY})?")
_EVERY = {"", "every day", "daily", "all days"}


def read(text: str) -> list[dict[str, object]]:
    """Parse the windows; an empty text means around the clock. Raises ValidationError that quotes the line."""
    lines = (raw.strip() for raw in text.splitlines())
    return [window for line in lines if line for window in _parse_line(line)]


def read_spans(text: str) -> list[dict[str, str]]:
    """The spans of a day in a text that matches `SPANS`, as `{start, end}` with times HH:MM."""
    return [{"start": _pad_time(start), "end": _pad_time(end)} for start, end in _SPAN.findall(text.lower())]


def write(windows: Sequence[dict[str, object]]) -> str:
    """The windows as lines that `read` parses."""
    return "\n".join(map(_window_text, windows))


def _parse_line(line: str) -> list[dict[str, object]]:
    lowered = line.lower()
    if match := _WEEKLY.fullmatch(lowered):
        start_day, start, end_day, end = match.groups()
        bounds = {"start_day": _day_number(start_day), "end_day": _day_number(end_day)}
        return [{"type": "weekly", **bounds, "start": _pad_time(start), "end": _pad_time(end)}]
    if match := _DAILY.fullmatch(lowered):
        days, spans = match.groups()
        numbers = _parse_days(days or "", line)
        named = {"days": numbers} if len(numbers) < len(DAYS) else {}
        return [{"type": "daily", **named, **span} for span in read_spans(spans)]
    raise ValidationError(
        f"“{line}” is not a window. Write a window on each line, as Mon-Fri 09:00-17:00 or Fri 17:00 to Mon 09:00."
    )


def _parse_days(text: str, line: str) -> list[int]:
    if text.strip() in _EVERY:
        return list(range(len(DAYS)))
    numbers: set[int] = set()
    for part in re.split(r"\s*,\s*", text.strip()):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValidationError(f"“{line}”: write days as Mon-Fri or Sat, Sun.")
        first, last = _day_number(match[1]), _day_number(match[2] or match[1])
        numbers.update((first + n) % len(DAYS) for n in range((last - first) % len(DAYS) + 1))
    return sorted(numbers)


def _day_number(day: str) -> int:
    return DAYS.index(day[:3].capitalize())


def _pad_time(text: str) -> str:
    return text.zfill(5)


def _window_text(window: dict[str, Any]) -> str:
    start, end = window["start"], window["end"]
    if window["type"] == "weekly":
        return f"{DAYS[window['start_day']]} {start} to {DAYS[window['end_day']]} {end}"
    days = window.get("days")
    return f"{days_text(days) if days is not None else 'every day'} {start}-{end}"


def days_text(days: Sequence[int]) -> str:
    """Days of the week as `read` takes them: Mon-Fri, or Sat, Sun."""
    numbers = sorted(set(days))
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{DAYS[numbers[0]]}-{DAYS[numbers[-1]]}"
    return ", ".join(DAYS[number] for number in numbers)
