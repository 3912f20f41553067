"""Add the public holidays of coming years; the clocks lane does it when a year ends."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from config.base.data.models import Origin
from config.base.data.rests import Rests, run_batch
from oncall.calendars import countries
from oncall.models import Calendar, CalendarDate, User

logger = logging.getLogger(__name__)
BATCH = 20
_rests: Rests[int] = Rests(first=3600.0, longest=86400.0)


def last_year(at: datetime) -> int:
    """The last year whose holidays must be stored by now."""
    return at.year + settings.HOLIDAY_YEARS_AHEAD


def top_up(*, calendar: Calendar, at: datetime, actor: User | None, origin: Origin = Origin.EDIT) -> int:
    """Add a country's holidays of the years not filled yet, from today on. Returns the number of new dates.

    A date that somebody withdrew is not added again.
    """
    first, last = max(at.year, (calendar.filled_through or 0) + 1), last_year(at)
    holidays = countries.public_holidays(calendar.country, calendar.subdivision, range(first, last + 1))
    existing = set(calendar.dates.filter(date__gte=date(first, 1, 1)).values_list("date", flat=True))
    created = CalendarDate.objects.bulk_create(
        CalendarDate(calendar=calendar, date=day, name=name, created_at=at, created_by=actor, origin=origin)
        for day, name in holidays.items()
        if day not in existing and day >= at.date()
    )
    calendar.filled_through = last
    calendar.save(update_fields=["filled_through"])
    return len(created)


def top_up_due(*, at: datetime) -> int:
    """Fill country calendars that lack coming years; returns their number. A sweep of the lane `clocks`.

    One whose country is no longer known stops no other.
    """
    behind = (
        Calendar.objects.exclude(country="")
        .filter(Q(filled_through__isnull=True) | Q(filled_through__lt=last_year(at)))
        .exclude(pk__in=_rests.resting(at))
    )
    ids = behind.order_by(F("filled_through").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:BATCH]
    return len(run_batch("calendars", list(ids), partial(_top_up, at=at), rests=_rests, at=at))


@transaction.atomic
def _top_up(ids: Sequence[int], *, at: datetime) -> dict[int, int]:
    """The number of new dates, by calendar."""
    rows = Calendar.objects.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    counts = {calendar.pk: top_up(calendar=calendar, at=at, actor=None) for calendar in rows}
    for pk, count in counts.items():
        logger.info("calendar.topped_up", extra={"calendar": pk, "dates": count})
    return counts
