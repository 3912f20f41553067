"""Change a calendar's opening hours: each change is a new version, and the past stays as it was (K-14)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.clock import floor_minute
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from oncall.calendars.dates import lock_calendar
from oncall.calendars.hours_checks import check_hours
from oncall.calendars.hours_types import ExceptionDay, WeeklyWindow
from oncall.models import Calendar, CalendarVersion, User

_ORDER = ("effective_from", "created_at", "pk")
_LAST_YEAR = 2199


class NotPlanned(Refusal):
    """Only opening hours that are not in force yet can be withdrawn."""


@transaction.atomic
def add_version(
    *,
    calendar: Calendar,
    time_zone: str,
    windows: Sequence[WeeklyWindow],
    exceptions: Sequence[ExceptionDay],
    holidays: Calendar | None,
    effective_from: datetime,
    note: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> CalendarVersion:
    """Give a calendar opening hours, in force from `effective_from` on: a whole UTC minute, now or later (K-10, K-14).

    `windows` and `exceptions` have the form of `CalendarVersion`; `holidays` is the calendar whose dates close it.
    Versions that are planned for later stay planned. Raises ValidationError that names the wrong fields; nothing is
    stored then.
    """
    lock_calendar(calendar)
    version = draft_version(
        calendar=calendar, time_zone=time_zone, windows=windows, exceptions=exceptions, holidays=holidays,
        effective_from=effective_from, note=note, at=at, actor=actor, origin=origin,
    )  # fmt: skip
    version.save()
    _note_change(calendar, at=at)
    return version


def draft_version(
    *,
    calendar: Calendar,
    time_zone: str,
    windows: Sequence[WeeklyWindow],
    exceptions: Sequence[ExceptionDay],
    holidays: Calendar | None,
    effective_from: datetime,
    note: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> CalendarVersion:
    """What `add_version` would store, for a preview. Raises the same ValidationError."""
    check_version(time_zone=time_zone, windows=windows, exceptions=exceptions, effective_from=effective_from, at=at)
    if calendar.versions.active().filter(effective_from=effective_from).exists():
        raise ValidationError(
            {"effective_from": "This calendar has opening hours from this moment on already: choose a later minute."}
        )
    return CalendarVersion(
        calendar=calendar,
        time_zone=time_zone,
        windows=list(windows),
        exceptions=sorted(exceptions, key=lambda exception: exception["date"]),
        holidays=holidays,
        effective_from=effective_from,
        note=note,
        created_at=at,
        created_by=actor,
        origin=origin,
    )


def check_version(
    *,
    time_zone: str,
    windows: Sequence[WeeklyWindow],
    exceptions: Sequence[ExceptionDay],
    effective_from: datetime,
    at: datetime,
) -> None:
    """Raise ValidationError that names each wrong field of a version that is not stored yet."""
    checks = (
        partial(check_hours, time_zone=time_zone, windows=windows, exceptions=exceptions),
        partial(_check_start, effective_from, at=at),
    )
    errors: dict[str, list[str]] = {}
    for check in checks:
        try:
            check()
        except ValidationError as error:
            errors |= error.message_dict
    if errors:
        raise ValidationError(errors)


def _check_start(effective_from: datetime, *, at: datetime) -> None:
    message = ""
    if effective_from != floor_minute(effective_from):
        message = "Write the time to the minute, without seconds."
    elif effective_from < floor_minute(at):
        message = "Opening hours cannot change for the past: choose now or later. Correct the past on each ticket."
    elif effective_from.year > _LAST_YEAR:
        message = f"Choose a moment up to the year {_LAST_YEAR}."
    if message:
        raise ValidationError({"effective_from": message})


@transaction.atomic
def withdraw_version(*, version: CalendarVersion, at: datetime, actor: User | None) -> CalendarVersion:
    """Withdraw opening hours that are not in force yet. Raises NotPlanned once they are, or were withdrawn (K-14)."""
    lock_calendar(version.calendar)
    version.refresh_from_db()
    if version.withdrawn_at is not None:
        raise NotPlanned("These opening hours were already withdrawn.")
    if at >= version.effective_from:
        raise NotPlanned(
            "These opening hours have already been in force and stay in the history. Add new ones instead."
        )
    version.withdrawn_at, version.withdrawn_by = at, actor
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _note_change(version.calendar, at=at)
    return version


def _note_change(calendar: Calendar, *, at: datetime) -> None:
    """The opening hours are a part of what a calendar shows, so they move the time of its change."""
    Calendar.objects.filter(pk=calendar.pk).update(updated_at=at)


def version_in_force(calendar: Calendar, at: datetime) -> CalendarVersion | None:
    """The opening hours in force at an instant; None before the first version and for a calendar of dates only."""
    started = calendar.versions.active().filter(effective_from__lte=at)
    return started.select_related("holidays").order_by(*_ORDER).last()


def planned_versions(calendar: Calendar, at: datetime) -> list[CalendarVersion]:
    """The opening hours that take effect after an instant, in order."""
    planned = calendar.versions.active().filter(effective_from__gt=at)
    return list(planned.select_related("holidays", "created_by").order_by(*_ORDER))
