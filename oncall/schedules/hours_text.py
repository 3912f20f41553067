"""The hours of a layer as people write them, a line for each window, and as the rows hold them (R-L2)."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_TIME = r"(\d{1,2}:\d{2})"
_TO = r"\s*(?:-|–|to)\s*"
_WEEKLY = re.compile(rf"{_DAY}\s+{_TIME}{_TO}{_DAY}\s+{_TIME}")
_DAILY = re.compile(rf"(?:(.*?)\s+)?{_TIME}{_TO}{_TIME}")
_RANGE = re.compile(rf"{_DAY}(?:{_TO}{_DAY})?")
_EVERY = {"", "every day", "daily", "all days"}


def read(text: str) -> list[dict[str, Any]]:
    """The windows; an empty text is around the clock. Raises ValidationError that quotes the line."""
    return [_window(line) for line in (raw.strip() for raw in text.splitlines()) if line]


def write(windows: Sequence[dict[str, Any]]) -> str:
    """The same windows as lines that `read` understands."""
    return "\n".join(map(_line, windows))


def _window(line: str) -> dict[str, Any]:
    spoken = line.lower()
    if found := _WEEKLY.fullmatch(spoken):
        start_day, start, end_day, end = found.groups()
        bounds = {"start_day": _number(start_day), "end_day": _number(end_day)}
        return {"type": "weekly", **bounds, "start": _clock(start), "end": _clock(end)}
    if found := _DAILY.fullmatch(spoken):
        days, start, end = found.groups()
        numbers = _days(days or "", line)
        named = {"days": numbers} if len(numbers) < len(DAYS) else {}
        return {"type": "daily", **named, "start": _clock(start), "end": _clock(end)}
    raise ValidationError(
        f"“{line}” was not understood. Write a window on each line, as Mon-Fri 09:00-17:00 or Fri 17:00 to Mon 09:00."
    )


def _days(text: str, line: str) -> list[int]:
    if text.strip() in _EVERY:
        return list(range(len(DAYS)))
    found: set[int] = set()
    for part in re.split(r"\s*,\s*", text.strip()):
        named = _RANGE.fullmatch(part)
        if named is None:
            raise ValidationError(f"“{line}”: write days as Mon-Fri or Sat, Sun.")
        first, last = _number(named[1]), _number(named[2] or named[1])
        found.update((first + n) % len(DAYS) for n in range((last - first) % len(DAYS) + 1))
    return sorted(found)


def _number(day: str) -> int:
    return DAYS.index(day[:3].capitalize())


def _clock(text: str) -> str:
    return text.zfill(5)


def _line(window: dict[str, Any]) -> str:
    start, end = window["start"], window["end"]
    if window["type"] == "weekly":
        return f"{DAYS[window['start_day']]} {start} to {DAYS[window['end_day']]} {end}"
    days = window.get("days")
    return f"{_spoken(days) if days is not None else 'every day'} {start}-{end}"


def _spoken(days: Sequence[int]) -> str:
    numbers = sorted(set(days))
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{DAYS[numbers[0]]}-{DAYS[numbers[-1]]}"
    return ", ".join(DAYS[number] for number in numbers)
