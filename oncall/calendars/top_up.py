"""Public holidays of the years ahead, written by the clocks lane as the years go by."""

import logging
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from config.base.data.models import Origin
from oncall.calendars import countries
from oncall.models import Calendar, CalendarDate, User

logger = logging.getLogger(__name__)
BATCH = 20


def last_year(at: datetime) -> int:
    """The last year whose holidays are to be known by now."""
    return at.year + settings.HOLIDAY_YEARS_AHEAD


def top_up(*, calendar: Calendar, at: datetime, actor: User | None, origin: Origin = Origin.EDIT) -> int:
    """Write a country's holidays of the years that are not filled yet, from today on; how many there were.

    A date that somebody took back is not written again.
    """
    first, last = max(at.year, (calendar.filled_through or 0) + 1), last_year(at)
    found = countries.public_holidays(calendar.country, calendar.subdivision, range(first, last + 1))
    known = set(calendar.dates.filter(date__gte=date(first, 1, 1)).values_list("date", flat=True))
    written = CalendarDate.objects.bulk_create(
        CalendarDate(calendar=calendar, date=day, name=name, created_at=at, created_by=actor, origin=origin)
        for day, name in found.items()
        if day not in known and day >= at.date()
    )
    calendar.filled_through = last
    calendar.save(update_fields=["filled_through"])
    return len(written)


def top_up_due(*, at: datetime) -> int:
    """Fill the calendars of countries that have fallen behind; how many there were. A sweep of the clocks lane."""
    with transaction.atomic():
        behind = list(
            Calendar.objects.exclude(country="")
            .filter(Q(filled_through__isnull=True) | Q(filled_through__lt=last_year(at)))
            .order_by(F("filled_through").asc(nulls_first=True), "pk")
            .select_for_update(skip_locked=True, no_key=True)[:BATCH]
        )
        for calendar in behind:
            count = top_up(calendar=calendar, at=at, actor=None)
            logger.info("calendar.topped_up", extra={"calendar": calendar.pk, "dates": count})
    return len(behind)
