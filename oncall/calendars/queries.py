"""What pages and the API ask of calendars: their dates by year, and who uses them."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from oncall.models import Calendar, CalendarDate, Schedule, ScheduleVersion


def counted(*, today: date) -> QuerySet[Calendar]:
    """Calendars with their days to come and the number of schedules that name them."""
    coming = _number(CalendarDate.objects.standing().filter(calendar=OuterRef("pk"), date__gte=today))
    using = (
        ScheduleVersion.objects.filter(layers__calendar=OuterRef("pk"), withdrawn_at__isnull=True)
        .order_by()
        .values("layers__calendar")
        .annotate(found=Count("schedule", distinct=True))
        .values("found")
    )
    return Calendar.objects.annotate(
        coming=coming, in_use_by=Coalesce(Subquery(using, output_field=IntegerField()), 0)
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    counts = rows.order_by().values("calendar").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def in_use_by(calendar: Calendar, *, at: datetime) -> list[Schedule]:
    """The schedules whose version in force, or a later one, names this calendar; by name."""
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
    """The years it has dates in."""
    return [day.year for day in calendar.dates.dates("date", "year")]
