"""Queries about calendars: counts, and years with dates."""

from datetime import date

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from oncall.calendars import uses
from oncall.models import Calendar, CalendarDate


def with_counts(*, today: date) -> QuerySet[Calendar]:
    """Calendars with the number of coming days, and of what uses them (`in_use_by`)."""
    days = CalendarDate.objects.active().filter(calendar=OuterRef("pk"), date__gte=today)
    counts = days.order_by().values("calendar").annotate(total=Count("pk")).values("total")
    coming = Coalesce(Subquery(counts, output_field=IntegerField()), 0)
    return uses.with_use_count(Calendar.objects.annotate(coming=coming))


def years(calendar: Calendar) -> list[int]:
    """The years in which the calendar has dates."""
    return [day.year for day in calendar.dates.dates("date", "year")]
