"""The stored form of opening hours, as `CalendarVersion` keeps it in JSON and the API takes it."""

from typing import NotRequired, TypedDict


class DaySpan(TypedDict):
    """A stretch of a day: local times HH:MM, the end up to 24:00."""

    start: str
    end: str


class WeeklyWindow(DaySpan):
    """A stretch that begins on some days of the week, from 0 (Monday); an end not after the start is a day later."""

    days: list[int]


class ExceptionDay(TypedDict):
    """A local day with windows of its own, as 2026-12-24; without one it is closed."""

    date: str
    windows: list[DaySpan]
    name: NotRequired[str]
