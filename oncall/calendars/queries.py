"""Queries about calendars: counts, years, and the schedules that use them."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from oncall.models import Calendar, CalendarDate, Schedule, ScheduleVersion


def with_counts(*, today: date) -> QuerySet[Calendar]:
    """Calendars with the number of coming days and the number of schedules that use them."""
    coming = _row_count(CalendarDate.objects.active().filter(calendar=OuterRef("pk"), date__gte=today))
    using = (
        ScheduleVersion.objects.filter(layers__calendar=OuterRef("pk"), withdrawn_at__isnull=True)
        .order_by()
        .values("layers__calendar")
        .annotate(total=Count("schedule", distinct=True))
        .values("total")
    )
    return Calendar.objects.annotate(
        coming=coming, in_use_by=Coalesce(Subquery(using, output_field=IntegerField()), 0)
    )


def _row_count(rows: QuerySet[Any]) -> Coalesce:
    counts = rows.order_by().values("calendar").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def in_use_by(calendar: Calendar, *, at: datetime) -> list[Schedule]:
    """The schedules whose version in force, or a later one, uses this calendar; sorted by name."""
    in_force = (
        ScheduleVersion.objects.filter(
            schedule=OuterRef("schedule"), withdrawn_at__isnull=True, effective_from__lte=at
        )
        .order_by("-effective_from", "-created_at", "-pk")
        .values("pk")[:1]
    )
    versions = ScheduleVersion.objects.filter(
        Q(pk=Subquery(in_force)) | Q(effective_from__gt=at), layers__calendar=calendar, withdrawn_at__isnull=True
    )
    return list(Schedule.objects.filter(pk__in=versions.values("schedule")).select_related("team").order_by("name"))


def years(calendar: Calendar) -> list[int]:
    """The years in which the calendar has dates."""
    return [day.year for day in calendar.dates.dates("date", "year")]
