"""The filter of tickets by how their SLA clocks stand; pages, CSV and API share it."""

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from incidents.models import OPEN_STATES, SlaBreach, SlaCycle, SlaState, Ticket
from incidents.sla.next_due import is_due_soon

CHOICES = [
    ("breached", "Broken"),
    ("due_soon", "Broken, or due in 30 minutes"),
    ("paused", "Paused"),
    ("none", "No running promise"),
]


class SlaFilter(filters.ChoiceFilter):
    """Tickets by their promises."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"label": "Promise", "choices": CHOICES} | options)

    def filter(self, queryset: QuerySet[Ticket], value: str) -> QuerySet[Ticket]:
        """With a broken promise, with a running one that is due or broken, with a paused one, or with none open."""
        cycles = SlaCycle.objects.filter(ticket=OuterRef("pk"))
        if value == "breached":
            return queryset.filter(Exists(SlaBreach.objects.filter(ticket=OuterRef("pk"))))
        if value == "due_soon":
            return queryset.filter(is_due_soon(timezone.now()))
        if value == "paused":
            return queryset.filter(Exists(cycles.filter(state=SlaState.PAUSED)))
        if value == "none":
            return queryset.filter(~Exists(cycles.filter(state__in=OPEN_STATES)))
        return queryset
