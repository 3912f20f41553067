"""Create, rename and delete calendars; add and withdraw their dates."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from config.base.data.history import sign_history
from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from oncall.calendars import countries, uses
from oncall.calendars.top_up import top_up
from oncall.models import Calendar, CalendarDate, CalendarVersion, Layer, User
from oncall.schedules.wall_clock import day_start

MAX_DATES = 2_000


class Duplicate(Refusal):
    """Another one has this name, external id or date already."""


class UnknownPlace(Refusal):
    """No holidays are known for the country or the subdivision."""


class DayHasBegun(Refusal):
    """The day has begun in every zone that uses the calendar, so it can no longer change (R-V5a)."""


@transaction.atomic
def create_calendar(
    *,
    name: str,
    country: str = "",
    subdivision: str = "",
    description: str = "",
    external_id: str = "",
    reason: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> Calendar:
    """Create a calendar; with a country, it gets the public holidays of this year and the next years.

    Raises Duplicate, or UnknownPlace for a country or subdivision without known holidays.
    """
    check_place(country, subdivision)
    calendar = Calendar(
        name=name, country=country, subdivision=subdivision, description=description, external_id=external_id
    )
    sign_history(calendar, actor=actor, reason=reason)
    _save(calendar)
    if country:
        top_up(calendar=calendar, at=at, actor=actor, origin=origin)
    return calendar


def check_place(country: str, subdivision: str) -> None:
    """Raise UnknownPlace unless holidays are known for the place; the message lists the valid subdivisions."""
    if country and country not in countries.names():
        raise UnknownPlace("No holidays are known for this country. Leave it empty and add your own days.")
    subdivisions = countries.subdivisions(country)
    if subdivision and not subdivisions:
        raise UnknownPlace("This country's holidays are the same everywhere. Leave the subdivision empty.")
    if subdivision and subdivision not in subdivisions:
        valid_codes = ", ".join(code if code == name else f"{code} ({name})" for code, name in subdivisions.items())
        raise UnknownPlace(f"There is no such subdivision. This country has: {valid_codes}.")


def change_calendar(*, calendar: Calendar, actor: User | None = None, reason: str = "", **values: object) -> Calendar:
    """Change `name`, `description` or `external_id`; the same values twice change nothing.

    The country stays, because the dates came from it. Raises Duplicate, and ValidationError for another country.
    """
    for name in ("country", "subdivision"):
        if values.pop(name, getattr(calendar, name)) != getattr(calendar, name):
            raise ValidationError(
                {name: ["This cannot change: the dates came from it. Create another calendar for another place."]}
            )
    changed = {name: value for name, value in values.items() if getattr(calendar, name) != value}
    for name, value in changed.items():
        setattr(calendar, name, value)
    sign_history(calendar, actor=actor, reason=reason)
    return _save(calendar, update_fields=sorted(changed)) if changed else calendar


def _save(calendar: Calendar, **options: Any) -> Calendar:
    taken = Calendar.objects.exclude(pk=calendar.pk)
    try:
        with transaction.atomic():
            calendar.save(**options)
    except IntegrityError:
        if taken.filter(name=calendar.name).exists():
            raise Duplicate("There is a calendar with this name already: choose another one.") from None
        if calendar.external_id and taken.filter(external_id=calendar.external_id).exists():
            raise Duplicate("There is a calendar with this external id already: choose another one.") from None
        raise
    return calendar


@transaction.atomic
def delete_calendar(*, calendar: Calendar, at: datetime, actor: User | None) -> None:
    """Delete a calendar that nothing has ever used, with its dates and opening hours. Raises `uses.InUse` (K-14)."""
    lock_calendar(calendar)
    uses.check_unused(calendar)
    with connection.cursor() as cursor:
        # Nothing was ever judged by its rows, so the trigger that protects append-only ones is not needed here.
        cursor.execute("SELECT set_config('holdfast.lift', 'unused calendar', true)")
        calendar.versions.all().delete()
        calendar.dates.all().delete()
        cursor.execute("SELECT set_config('holdfast.lift', '', true)")
    calendar.delete()


@transaction.atomic
def add_date(*, calendar: Calendar, date: date, name: str = "", at: datetime, actor: User | None) -> CalendarDate:
    """Add a day off. Raises Duplicate, or DayHasBegun if the day can no longer count (R-V5a)."""
    lock_calendar(calendar)
    if has_begun(date, zones=zones_in_use(calendar, at=at), at=at):
        raise DayHasBegun(
            "This day has already begun wherever the calendar is used, and the past does not change."
            " Choose a later day."
        )
    if calendar.dates.active().filter(date=date).exists():
        raise Duplicate("This date is in the calendar already.")
    return CalendarDate.objects.create(calendar=calendar, date=date, name=name, created_at=at, created_by=actor)


@transaction.atomic
def withdraw_date(*, day: CalendarDate, at: datetime, actor: User | None) -> CalendarDate:
    """Withdraw a day off; a second call changes nothing. Raises DayHasBegun when it is too late.

    The row stays, and still counts for local days that have begun by now.
    """
    lock_calendar(day.calendar)
    day.refresh_from_db()
    if day.withdrawn_at is not None:
        return day
    if has_begun(day.date, zones=zones_in_use(day.calendar, at=at), at=at):
        raise DayHasBegun("This day has already begun wherever the calendar is used, and the past does not change.")
    return _withdraw(day, at=at, actor=actor)


@transaction.atomic
def set_dates(*, calendar: Calendar, dates: Mapping[date, str], at: datetime, actor: User | None) -> Calendar:
    """Replace the coming days with exactly these; the same set twice changes nothing.

    Days that have begun in every zone that uses the calendar stay as they are. Raises DayHasBegun if `dates`
    adds such a day.
    """
    lock_calendar(calendar)
    zones = zones_in_use(calendar, at=at)
    existing = {row.date: row for row in calendar.dates.active()}
    past = sorted(day for day in dates if day not in existing and has_begun(day, zones=zones, at=at))
    if past:
        raise DayHasBegun(
            f"{past[0]} has already begun wherever the calendar is used, and the past does not change. Leave it out."
        )
    unchanged = set()
    for day, row in existing.items():
        if dates.get(day) == row.name or has_begun(day, zones=zones, at=at):
            unchanged.add(day)
        else:
            _withdraw(row, at=at, actor=actor)
    write_dates(
        calendar=calendar, dates={day: name for day, name in dates.items() if day not in unchanged}, at=at, actor=actor
    )
    return calendar


def write_dates(
    *,
    calendar: Calendar,
    dates: Mapping[date, str],
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> list[CalendarDate]:
    """Create rows for dates that the caller has checked."""
    return CalendarDate.objects.bulk_create(
        CalendarDate(calendar=calendar, date=day, name=name, created_at=at, created_by=actor, origin=origin)
        for day, name in sorted(dates.items())
    )


def _withdraw(day: CalendarDate, *, at: datetime, actor: User | None) -> CalendarDate:
    day.withdrawn_at, day.withdrawn_by = at, actor
    day.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return day


def lock_calendar(calendar: Calendar) -> None:
    """Allow one change of a calendar's dates and opening hours at a time."""
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)


def zones_in_use(calendar: Calendar, *, at: datetime) -> frozenset[ZoneInfo]:
    """The time zones of the layers and opening hours that use or used its dates; none before the first use (R-V5a)."""
    layers = Layer.objects.filter(
        calendar=calendar, version__withdrawn_at__isnull=True, version__effective_from__lte=at
    ).values_list("time_zone", "version__time_zone")
    hours = CalendarVersion.objects.active().filter(holidays=calendar, effective_from__lte=at)
    names = {own or of_version for own, of_version in layers.distinct()}
    return frozenset(map(ZoneInfo, names.union(hours.values_list("time_zone", flat=True).distinct())))


def has_begun(day: date, *, zones: Iterable[ZoneInfo], at: datetime) -> bool:
    """Whether a local day has begun in every zone that uses the calendar (R-V5a, R-T5)."""
    begun = [day_start(day, zone) <= at for zone in zones]
    return bool(begun) and all(begun)
