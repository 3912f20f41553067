"""Filters of services and their readiness."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from config.base.web.filters import FilterSet, RetiredFilter, WholeNumberFilter, WordsFilter
from incidents.models import Service, ServiceKind, ServiceReadiness
from incidents.services import readiness
from oncall.models import EscalationPolicy, Team


class ServiceFilter(FilterSet):
    """Services."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    slug = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=ServiceKind)
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    tier = WholeNumberFilter()
    escalation_policy = filters.ModelChoiceFilter(
        queryset=EscalationPolicy.objects.order_by("name"), to_field_name="name"
    )
    retired = RetiredFilter()
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Service
        fields: tuple[str, ...] = ()


class ReadinessFilter(FilterSet):
    """Services by their readiness."""

    search = WordsFilter(fields=["service__name"])
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")
    team = filters.ModelChoiceFilter(
        field_name="service__team", label="Team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    tier = WholeNumberFilter(field_name="service__tier", label="Tier")
    failing = filters.ChoiceFilter(label="Fails", choices=list(readiness.TITLES.items()), method="by_failing")

    class Meta(FilterSet.Meta):
        model = ServiceReadiness
        fields: tuple[str, ...] = ()

    def by_failing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Services that fail this check."""
        return queryset.filter(items__contains=[{"code": value, "is_passed": False}])
