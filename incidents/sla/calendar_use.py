"""Targets as users of calendars: a calendar that a target counts by cannot be deleted (K-14)."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from incidents.models import SlaTarget, SlaTargetVersion
from oncall.calendars.uses import CalendarUse


def targets_using(calendar: int, at: datetime) -> "QuerySet[SlaTarget]":
    """The targets whose version in force, or a later one, counts by the calendar, by name; one query."""
    active = SlaTargetVersion.objects.filter(withdrawn_at__isnull=True)
    in_force = (
        active.filter(target=OuterRef("target"), effective_from__lte=at)
        .order_by("-effective_from", "-created_at", "-pk")
        .values("pk")[:1]
    )
    versions = active.filter(Q(pk=Subquery(in_force)) | Q(effective_from__gt=at), calendar=calendar, is_retired=False)
    return SlaTarget.objects.filter(pk__in=versions.values("target")).order_by("name")


USE = CalendarUse(
    name="target",
    rows=SlaTargetVersion.objects.all,
    calendar="calendar",
    counted="target",
    users=targets_using,
    is_counted=Q(withdrawn_at__isnull=True),
)
"""How the app registers targets with calendars."""
