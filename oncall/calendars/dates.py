"""The verbs of calendars: made, renamed, dates added and taken back, and removed while nothing needs them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from config.base.data.lifecycle import Refusal
from config.base.data.models import Origin
from oncall.calendars import countries
from oncall.calendars.top_up import top_up
from oncall.models import Calendar, CalendarDate, Layer, User
from oncall.schedules.wall_clock import day_start

MOST_DATES = 2_000


class Duplicate(Refusal):
    """There is one with this name, external id or date already."""


class UnknownPlace(Refusal):
    """No holidays are known for the country or its part."""


class DayHasBegun(Refusal):
    """The day has begun wherever the calendar is used, so what counts on it is settled (R-V5a)."""


class InUse(Refusal):
    """A layer has named this calendar, if only in the past."""


@transaction.atomic
def create_calendar(
    *,
    name: str,
    country: str = "",
    subdivision: str = "",
    description: str = "",
    external_id: str = "",
    at: datetime,
    actor: User | None,
    origin: Origin = Origin.EDIT,
) -> Calendar:
    """A calendar; of a country, with its public holidays of this year and the next ones.

    Raises Duplicate, or UnknownPlace for a country or subdivision that nothing is known of.
    """
    check_place(country, subdivision)
    calendar = _written(
        Calendar(
            name=name,
            country=country,
            subdivision=subdivision,
            description=description,
            external_id=external_id,
        )
    )
    if country:
        top_up(calendar=calendar, at=at, actor=actor, origin=origin)
    return calendar


def check_place(country: str, subdivision: str) -> None:
    """Raise UnknownPlace unless holidays are known for it, naming what there is."""
    if country and country not in countries.names():
        raise UnknownPlace("No holidays are known for this country. Leave it empty and add your own days.")
    known = countries.subdivisions(country)
    if subdivision and not known:
        raise UnknownPlace("This country's holidays are the same everywhere. Leave the subdivision empty.")
    if subdivision and subdivision not in known:
        offered = ", ".join(code if code == name else f"{code} ({name})" for code, name in known.items())
        raise UnknownPlace(f"There is no such subdivision. This country has: {offered}.")


def change_calendar(*, calendar: Calendar, **changed: Any) -> Calendar:
    """Change `name`, `description` or `external_id`; its country stays, for its dates came from there.

    Raises Duplicate.
    """
    for name, value in changed.items():
        setattr(calendar, name, value)
    return _written(calendar, update_fields=sorted(changed)) if changed else calendar


def _written(calendar: Calendar, **options: Any) -> Calendar:
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
    """Remove a calendar that no layer has ever named, with its dates. Raises InUse."""
    _lock(calendar)
    if Layer.objects.filter(calendar=calendar).exists():
        raise InUse(
            "A schedule's version names this calendar, and versions are kept. Take its coming dates back instead."
        )
    with connection.cursor() as cursor:
        # Its dates never counted for anybody, so the guard of append-only rows has nothing to protect here.
        cursor.execute("SELECT set_config('holdfast.lift', 'unused calendar', true)")
        calendar.dates.all().delete()
        cursor.execute("SELECT set_config('holdfast.lift', '', true)")
    calendar.delete()


@transaction.atomic
def add_date(*, calendar: Calendar, date: date, name: str = "", at: datetime, actor: User | None) -> CalendarDate:
    """A day off more. Raises Duplicate, or DayHasBegun for one that could not count any more (R-V5a)."""
    _lock(calendar)
    if has_begun(date, zones=zones_in_use(calendar, at=at), at=at):
        raise DayHasBegun(
            "This day has begun already wherever the calendar is used, and what was served stays as it was."
            " Choose a day to come."
        )
    if calendar.dates.standing().filter(date=date).exists():
        raise Duplicate("This date is in the calendar already.")
    return CalendarDate.objects.create(calendar=calendar, date=date, name=name, created_at=at, created_by=actor)


@transaction.atomic
def withdraw_date(*, day: CalendarDate, at: datetime, actor: User | None) -> CalendarDate:
    """Take a day off back; a second time changes nothing. Raises DayHasBegun when it is too late.

    The row stays, and goes on counting for local days that had begun by now.
    """
    _lock(day.calendar)
    day.refresh_from_db()
    if day.withdrawn_at is not None:
        return day
    if has_begun(day.date, zones=zones_in_use(day.calendar, at=at), at=at):
        raise DayHasBegun(
            "This day has begun already wherever the calendar is used, and what was served stays as it was."
        )
    return _withdrawn(day, at=at, actor=actor)


@transaction.atomic
def set_dates(*, calendar: Calendar, dates: Mapping[date, str], at: datetime, actor: User | None) -> Calendar:
    """Make the days to come these and no others; the same set twice changes nothing.

    Days that have begun wherever the calendar is used stay as they are, sent or not. Raises DayHasBegun for
    one of them that is not there yet.
    """
    _lock(calendar)
    zones = zones_in_use(calendar, at=at)
    standing = {row.date: row for row in calendar.dates.standing()}
    late = sorted(day for day in dates if day not in standing and has_begun(day, zones=zones, at=at))
    if late:
        raise DayHasBegun(
            f"{late[0]} has begun already wherever the calendar is used, and what was served stays as it was."
            " Leave it out."
        )
    kept = set()
    for day, row in standing.items():
        if dates.get(day) == row.name or has_begun(day, zones=zones, at=at):
            kept.add(day)
        else:
            _withdrawn(row, at=at, actor=actor)
    write_dates(
        calendar=calendar, dates={day: name for day, name in dates.items() if day not in kept}, at=at, actor=actor
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
    """Rows for dates that the caller has checked."""
    return CalendarDate.objects.bulk_create(
        CalendarDate(calendar=calendar, date=day, name=name, created_at=at, created_by=actor, origin=origin)
        for day, name in sorted(dates.items())
    )


def _withdrawn(day: CalendarDate, *, at: datetime, actor: User | None) -> CalendarDate:
    day.withdrawn_at, day.withdrawn_by = at, actor
    day.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return day


def _lock(calendar: Calendar) -> None:
    """One change of a calendar's dates at a time."""
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)


def zones_in_use(calendar: Calendar, *, at: datetime) -> frozenset[ZoneInfo]:
    """The zones of the layers that have used this calendar by now; none before its first use (R-V5a)."""
    rows = Layer.objects.filter(
        calendar=calendar, version__withdrawn_at__isnull=True, version__effective_from__lte=at
    ).values_list("time_zone", "version__time_zone")
    return frozenset(ZoneInfo(own or of_version) for own, of_version in rows.distinct())


def has_begun(day: date, *, zones: Iterable[ZoneInfo], at: datetime) -> bool:
    """Whether a local day has begun in every zone in which the calendar counts (R-V5a, R-T5)."""
    begun = [day_start(day, zone) <= at for zone in zones]
    return bool(begun) and all(begun)
