"""The filter of obligations."""

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from config.base.web.filters import FilterSet, MomentFilter, WholeNumberFilter, WordsFilter
from oncall.models import Obligation, ObligationStatus, Team, User
from oncall.obligations import kinds


class ObligationFilter(FilterSet):
    """Obligations."""

    search = WordsFilter(fields=["title"])
    kind = filters.ChoiceFilter(label="Task type", choices=kinds.choices)
    status = filters.ChoiceFilter(choices=ObligationStatus)
    overdue = filters.ChoiceFilter(
        label="Due", choices=[("true", "Overdue"), ("false", "Not overdue")], method="narrow_to_overdue"
    )
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    owner = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))
    subject_type = filters.CharFilter()
    subject_id = WholeNumberFilter()
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")

    class Meta(FilterSet.Meta):
        model = Obligation
        fields: tuple[str, ...] = ()

    def narrow_to_overdue(self, queryset: QuerySet[Obligation], name: str, value: str) -> QuerySet[Obligation]:
        """Those that are overdue, or the others."""
        overdue = Obligation.objects.overdue(timezone.now()).values("pk")
        return queryset.filter(pk__in=overdue) if value == "true" else queryset.exclude(pk__in=overdue)
