"""Filters of alerts and events."""

import django_filters as filters

from config.base.web.filters import FilterSet, WholeNumberFilter, WordsFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import Alert, AlertStatus, Event, EventOutcome, Integration, Service


class AlertFilter(FilterSet):
    """Alerts."""

    search = WordsFilter(fields=["title", "dedup_key"])
    status = filters.ChoiceFilter(choices=AlertStatus)
    integration = filters.ModelChoiceFilter(queryset=Integration.objects.order_by("name"))
    service = filters.ModelChoiceFilter(
        field_name="integration__service", queryset=Service.objects.order_by("name"), to_field_name="slug"
    )
    dedup_key = filters.CharFilter()
    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = Alert
        fields: tuple[str, ...] = ()


class EventFilter(FilterSet):
    """Events."""

    integration = filters.ModelChoiceFilter(queryset=Integration.objects.order_by("name"))
    alert = WholeNumberFilter(field_name="alert_id")
    dedup_key = filters.CharFilter()
    outcome = filters.ChoiceFilter(choices=EventOutcome)

    class Meta(FilterSet.Meta):
        model = Event
        fields: tuple[str, ...] = ()
