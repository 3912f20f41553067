"""Opening hours in words: a version's lines, the days of two weeks, and the next change of the clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.base.data.moments import read_day
from oncall.calendars import hours_lines
from oncall.calendars.hours_checks import hours_warnings
from oncall.calendars.hours_loading import evaluate_versions
from oncall.calendars.opening_hours import HoursVersion, OpeningHours, minute_of, moment_of
from oncall.models import Calendar, CalendarDate, CalendarVersion
from oncall.schedules.wall_clock import DAY, day_of, day_start, wall_time

WEEKS = 2
_DAY_MINUTES = 24 * 60
# Every zone that changes its clocks does so within this time.
_CHANGE_HORIZON = 400


@dataclass(frozen=True)
class HoursDay:
    """A local day: when it is open, how long, and why it is special."""

    date: date
    times: str
    minutes: int
    note: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class ClockChange:
    """The next local day that is shorter or longer than 24 hours, and its opening hours (R-T3)."""

    day: HoursDay
    shift: int
    """Minutes by which the clocks go forward; below zero they go back."""


@dataclass(frozen=True)
class HoursPreview:
    """The weeks of opening hours that a reader checks first, in the calendar's own zone (K-13)."""

    zone: str
    weeks: tuple[tuple[HoursDay, ...], ...]
    clock_change: ClockChange | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class VersionLines:
    """A version as people write it."""

    version: CalendarVersion
    windows: tuple[str, ...]
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class HoursOverview:
    """All opening hours of a calendar: in force, planned in order, and past or withdrawn, newest first."""

    in_force: VersionLines | None
    planned: tuple[VersionLines, ...]
    past: tuple[VersionLines, ...]
    preview: HoursPreview | None
    """None for a calendar without opening hours."""


def overview(calendar: Calendar, *, at: datetime) -> HoursOverview:
    """What a calendar's page shows of its opening hours: three queries for any number of versions."""
    rows = calendar.versions.select_related("holidays", "created_by", "withdrawn_by")
    versions = list(rows.order_by("effective_from", "created_at", "pk"))
    active = [version for version in versions if version.withdrawn_at is None]
    begun = [version for version in active if version.effective_from <= at]
    in_force = begun[-1] if begun else None
    planned = [version for version in active if version.effective_from > at]
    past = [version for version in reversed(versions) if version != in_force and version not in planned]
    return HoursOverview(
        in_force=version_lines(in_force, since=day_of(at, ZoneInfo(in_force.time_zone))) if in_force else None,
        planned=tuple(map(version_lines, planned)),
        past=tuple(map(version_lines, past)),
        preview=preview(active, at=at) if active else None,
    )


def version_lines(version: CalendarVersion, *, since: date | None = None) -> VersionLines:
    """The lines of a version; of its exceptions those from a day on."""
    exceptions = [entry for entry in version.exceptions if since is None or entry["date"] >= since.isoformat()]
    return VersionLines(
        version,
        tuple(hours_lines.write_windows(version.windows).splitlines()),
        tuple(map(hours_lines.exception_text, exceptions)),
    )


def preview(
    versions: Sequence[CalendarVersion], *, draft: CalendarVersion | None = None, at: datetime
) -> HoursPreview:
    """This week and the next one under a calendar's versions, none of them withdrawn; two queries.

    With a draft, which need not be stored, the weeks begin with that in which it takes effect. Raises ValueError
    without a version.
    """
    all_versions = [*versions, *([draft] if draft is not None else [])]
    chosen = draft or _latest_begun(all_versions, at)
    start = max(at, draft.effective_from) if draft is not None else at
    zone = ZoneInfo(chosen.time_zone)
    hours = OpeningHours(tuple(evaluated for _, evaluated in evaluate_versions(all_versions)))
    today = day_of(start, zone)
    monday = today - today.weekday() * DAY
    days = [monday + n * DAY for n in range(7 * WEEKS)]
    change = next((day for day in _days(today, _CHANGE_HORIZON) if _length(day, zone) != _DAY_MINUTES), None)
    names = _holiday_names(all_versions, [*days, *([change] if change else [])])
    drawn = [_hours_day(day, hours, zone, names, today=day_of(at, zone)) for day in days]
    return HoursPreview(
        zone=zone.key,
        weeks=tuple(tuple(drawn[n : n + 7]) for n in range(0, len(drawn), 7)),
        clock_change=ClockChange(
            _hours_day(change, hours, zone, names, today=day_of(at, zone)), _DAY_MINUTES - _length(change, zone)
        )
        if change is not None
        else None,
        warnings=tuple(hours_warnings(windows=chosen.windows, exceptions=chosen.exceptions)),
    )


def _latest_begun(versions: Sequence[CalendarVersion], at: datetime) -> CalendarVersion:
    """The version in force, or else the first that is planned."""
    ordered = sorted(versions, key=lambda version: (version.effective_from, version.created_at, version.pk))
    begun = [version for version in ordered if version.effective_from <= at]
    if not ordered:
        raise ValueError("There is no version to preview.")
    return begun[-1] if begun else ordered[0]


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def _bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    return minute_of(day_start(day, zone)), minute_of(day_start(day + DAY, zone))


def _length(day: date, zone: ZoneInfo) -> int:
    start, end = _bounds(day, zone)
    return end - start


def _hours_day(day: date, hours: OpeningHours, zone: ZoneInfo, names: Mapping[date, str], *, today: date) -> HoursDay:
    start, end = _bounds(day, zone)
    spans = list(hours.windows(start, end))
    times = ", ".join(
        f"{_wall(opens, zone)}-{'24:00' if closes == end else _wall(closes, zone)}" for opens, closes in spans
    )
    return HoursDay(
        date=day,
        times=times,
        minutes=sum(closes - opens for opens, closes in spans),
        note=_note(day, _judge(hours, start), names),
        is_today=day == today,
    )  # fmt: skip


def _wall(minute: int, zone: ZoneInfo) -> str:
    return f"{wall_time(moment_of(minute), zone):%H:%M}"


def _judge(hours: OpeningHours, minute: int) -> HoursVersion:
    """The version that is in force when a day begins; before the first one that one."""
    ordered = sorted(hours.versions, key=lambda version: (version.effective_from, version.created_at, version.key))
    return next((version for version in reversed(ordered) if version.effective_from <= minute), ordered[0])


def _note(day: date, version: HoursVersion, names: Mapping[date, str]) -> str:
    if day in version.exceptions:
        return names.get(day, "") or "exception"
    return (names.get(day, "") or "holiday") if day in version.holidays else ""


def _holiday_names(versions: Sequence[CalendarVersion], days: Sequence[date]) -> dict[date, str]:
    """What these days are called; an exception's name goes before a holiday's."""
    calendars = {version.holidays_id for version in versions if version.holidays_id is not None}
    rows = CalendarDate.objects.active().filter(calendar__in=calendars, date__in=days) if calendars else []
    exceptions = [exception for version in versions for exception in version.exceptions]
    return {row.date: row.name for row in rows} | {
        read_day(exception["date"]): exception["name"] for exception in exceptions if exception.get("name")
    }
