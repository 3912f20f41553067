"""Write a calendar as a whole, as another system wants it: other opening hours become a version of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.clock import ceil_minute
from oncall.calendars.dates import change_calendar, create_calendar, lock_calendar
from oncall.calendars.hours_types import ExceptionDay, WeeklyWindow
from oncall.calendars.versions import add_version, withdraw_version
from oncall.models import Calendar, CalendarVersion, User

_MINUTE = timedelta(minutes=1)


class Hours(TypedDict):
    """Opening hours without the moment from which they count; `holidays` is the calendar whose days close it."""

    time_zone: str
    windows: Sequence[WeeklyWindow]
    exceptions: Sequence[ExceptionDay]
    holidays: Calendar | None


@transaction.atomic
def save_calendar(
    *,
    calendar: Calendar | None,
    opening_hours: Hours | None = None,
    reason: str = "",
    at: datetime,
    actor: User | None,
    **values: str,
) -> Calendar:
    """Create a calendar or give a stored one these values; the same twice change nothing.

    Other opening hours count from the next whole minute on, and what was planned for later is withdrawn (K-14).
    Without any they stay as they are. Raises as `create_calendar` and `change_calendar`, and ValidationError on
    `opening_hours`.
    """
    if calendar is None:
        calendar = create_calendar(
            name=values["name"], country=values.get("country", ""), subdivision=values.get("subdivision", ""),
            description=values.get("description", ""), external_id=values.get("external_id", ""), reason=reason,
            at=at, actor=actor,
        )  # fmt: skip
    else:
        calendar = change_calendar(calendar=calendar, **values, reason=reason, actor=actor)
    if opening_hours is not None:
        _set_hours(calendar, opening_hours, note=reason, at=at, actor=actor)
    return calendar


def last_hours(calendar: Calendar) -> CalendarVersion | None:
    """The opening hours that count in the end: those in force, or the last that are planned; None for dates only."""
    versions = [version for version in calendar.versions.all() if version.withdrawn_at is None]
    return max(versions, key=lambda each: (each.effective_from, each.created_at, each.pk), default=None)


def hours_of(version: CalendarVersion) -> Hours:
    """What a version says."""
    return Hours(
        time_zone=version.time_zone,
        windows=version.windows,
        exceptions=version.exceptions,
        holidays=version.holidays,
    )


def _set_hours(calendar: Calendar, hours: Hours, *, note: str, at: datetime, actor: User | None) -> None:
    lock_calendar(calendar)
    # Read behind the lock: the calendar may have come with its versions of before.
    active = calendar.versions.active().select_related("holidays").order_by("effective_from", "created_at", "pk")
    last = active.last()
    if last is not None and _content(hours_of(last)) == _content(hours):
        return
    for planned in active.filter(effective_from__gt=at):
        withdraw_version(version=planned, at=at, actor=actor)
    moment = ceil_minute(at)
    if active.filter(effective_from=moment).exists():
        moment += _MINUTE
    try:
        add_version(calendar=calendar, **hours, effective_from=moment, note=note, at=at, actor=actor)
    except ValidationError as refusal:
        raise ValidationError({"opening_hours": refusal.messages}) from refusal


def _content(hours: Hours) -> tuple[object, ...]:
    """What two systems may write in another order."""
    windows = [{**window, "days": sorted(window["days"])} for window in hours["windows"]]
    exceptions = sorted(
        ({"name": "", **exception} for exception in hours["exceptions"]), key=lambda exception: str(exception["date"])
    )
    return hours["time_zone"], windows, exceptions, hours["holidays"]
