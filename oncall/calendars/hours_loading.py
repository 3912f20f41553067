"""Load opening hours from the database: two queries for any number of calendars."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from config.base.data.moments import read_day
from oncall.calendars.hours_types import ExceptionDay, WeeklyWindow
from oncall.calendars.opening_hours import HoursVersion, OpeningHours, Span, minute_of
from oncall.models import CalendarDate, CalendarVersion
from oncall.schedules.loading import RecordedDate, effective_dates, minute_of_day, restriction_hours
from oncall.schedules.restrictions import Hours

_NEVER = Hours(())
# A version that is not stored yet comes after all others.
_NEWEST = 1 << 62


def load_opening_hours(ids: Collection[int], *, with_withdrawn: bool = False) -> dict[int, OpeningHours]:
    """The opening hours of these calendars, by id; a calendar without a version is never open.

    A holiday closes a day that began after it was recorded and before it was withdrawn (R-V5a). Withdrawn versions
    were never in force: load them only to ask what was planned at an earlier minute, with `OpeningHours.known_at`.
    """
    rows = CalendarVersion.objects.filter(calendar__in=ids) if ids else CalendarVersion.objects.none()
    by_calendar: dict[int, list[HoursVersion]] = {calendar: [] for calendar in ids}
    for version, evaluated in evaluate_versions(list(rows if with_withdrawn else rows.active())):
        by_calendar[version.calendar_id].append(evaluated)
    return {calendar: OpeningHours(tuple(versions)) for calendar, versions in by_calendar.items()}


def evaluate_versions(versions: Collection[CalendarVersion]) -> list[tuple[CalendarVersion, HoursVersion]]:
    """Each version, stored or not, as the evaluator reads it, with its holidays: one query."""
    dates = _recorded_dates({version.holidays_id for version in versions if version.holidays_id is not None})

    @cache
    def holidays(calendar: int | None, zone: ZoneInfo) -> frozenset[date]:
        return frozenset(effective_dates(dates.get(calendar or 0, ()), zone))

    return [
        (version, _hours_version(version, holidays=holidays(version.holidays_id, ZoneInfo(version.time_zone))))
        for version in versions
    ]


def _hours_version(version: CalendarVersion, *, holidays: frozenset[date]) -> HoursVersion:
    return HoursVersion(
        key=version.pk or _NEWEST,
        zone=ZoneInfo(version.time_zone),
        hours=weekly_hours(version.windows),
        holidays=holidays,
        exceptions=exception_spans(version.exceptions),
        effective_from=minute_of(version.effective_from),
        created_at=minute_of(version.created_at),
        withdrawn_at=None if version.withdrawn_at is None else minute_of(version.withdrawn_at),
    )


def weekly_hours(windows: Iterable[WeeklyWindow]) -> Hours | None:
    """The weekly hours of stored windows; None for every minute, and no window for never (K-10)."""
    restrictions: list[dict[str, object]] = [{"type": "daily", **window} for window in windows]
    return restriction_hours(restrictions) if restrictions else _NEVER


def exception_spans(exceptions: Iterable[ExceptionDay]) -> dict[date, tuple[Span, ...]]:
    """The windows of stored exceptions by local day, in minutes from its midnight (K-12)."""
    return {
        read_day(exception["date"]): tuple(
            (minute_of_day(window["start"]), minute_of_day(window["end"])) for window in exception["windows"]
        )
        for exception in exceptions
    }


def _recorded_dates(calendars: set[int]) -> dict[int, list[RecordedDate]]:
    dates: dict[int, list[tuple[date, datetime, datetime | None]]] = {}
    if calendars:
        rows = CalendarDate.objects.filter(calendar__in=calendars).order_by("date", "pk")
        for calendar, day, created_at, withdrawn_at in rows.values_list(
            "calendar", "date", "created_at", "withdrawn_at"
        ):
            dates.setdefault(calendar, []).append((day, created_at, withdrawn_at))
    return dates
