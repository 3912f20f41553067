"""Filters of status pages, updates, maintenance and subscribers; page, CSV and endpoint share them."""

import django_filters as filters
from django.db.models import QuerySet

from config.base.data.outbox import OutboxState
from config.base.web.filters import FilterSet, RowT, WholeNumberFilter, WordsFilter, YesNoFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import (
    OVER,
    Component,
    ComponentStatus,
    CustomerUpdate,
    MaintenanceStatus,
    MaintenanceUpdate,
    MessageTemplate,
    Phase,
    PublicIncident,
    ScheduledMaintenance,
    Service,
    StatusPage,
    Subscriber,
    UpdateDelivery,
)


class StatusPageFilter(FilterSet):
    """Status pages."""

    search = WordsFilter(fields=["name"])
    slug = filters.CharFilter()
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = StatusPage
        fields: tuple[str, ...] = ()


class ComponentFilter(FilterSet):
    """Components of the status page."""

    search = WordsFilter(fields=["name"])
    status = filters.ChoiceFilter(choices=ComponentStatus)
    page = filters.ModelChoiceFilter(queryset=StatusPage.objects.order_by("name"), to_field_name="slug")
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Component
        fields: tuple[str, ...] = ()


class MessageTemplateFilter(FilterSet):
    """Templates of updates."""

    search = WordsFilter(fields=["title"])
    phase = filters.ChoiceFilter(choices=Phase)
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = MessageTemplate
        fields: tuple[str, ...] = ()


class PublicIncidentFilter(FilterSet):
    """Public incidents."""

    search = WordsFilter(fields=["name"])
    status = filters.ChoiceFilter(choices=Phase)
    ticket = ReferenceFilter(field_name="ticket")
    over = YesNoFilter(method="filter_over", label="Resolved")

    class Meta(FilterSet.Meta):
        model = PublicIncident
        fields: tuple[str, ...] = ()

    def filter_over(self, queryset: QuerySet[RowT], name: str, value: bool) -> QuerySet[RowT]:
        """Resolved ones, or those that are not resolved yet."""
        return queryset.filter(status__in=OVER) if value else queryset.exclude(status__in=OVER)


class CustomerUpdateFilter(FilterSet):
    """Published updates."""

    status = filters.ChoiceFilter(choices=Phase)
    incident = ReferenceFilter(field_name="incident__ticket")
    ticket = ReferenceFilter(field_name="incident__ticket")
    public_incident = WholeNumberFilter(field_name="incident")

    class Meta(FilterSet.Meta):
        model = CustomerUpdate
        fields: tuple[str, ...] = ()


class MaintenanceFilter(FilterSet):
    """Maintenance."""

    search = WordsFilter(fields=["name"])
    status = filters.ChoiceFilter(choices=MaintenanceStatus)
    page = filters.ModelChoiceFilter(queryset=StatusPage.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = ScheduledMaintenance
        fields: tuple[str, ...] = ()


class MaintenanceUpdateFilter(FilterSet):
    """Updates of maintenance."""

    status = filters.ChoiceFilter(choices=MaintenanceStatus)
    maintenance = WholeNumberFilter(field_name="maintenance")

    class Meta(FilterSet.Meta):
        model = MaintenanceUpdate
        fields: tuple[str, ...] = ()


class SubscriberFilter(FilterSet):
    """Subscribers."""

    search = WordsFilter(fields=["email"])
    active = YesNoFilter(method="filter_active", label="Gets mail")

    class Meta(FilterSet.Meta):
        model = Subscriber
        fields: tuple[str, ...] = ()

    def filter_active(self, queryset: QuerySet[RowT], name: str, value: bool) -> QuerySet[RowT]:
        """Those who get mail, or do not."""
        active = Subscriber.objects.active().values("pk")
        return queryset.filter(pk__in=active) if value else queryset.exclude(pk__in=active)


class DeliveryFilter(FilterSet):
    """Mails to subscribers."""

    search = WordsFilter(fields=["address"])
    state = filters.ChoiceFilter(choices=OutboxState)
    update = WholeNumberFilter(field_name="update")
    notice = WholeNumberFilter(field_name="notice")

    class Meta(FilterSet.Meta):
        model = UpdateDelivery
        fields: tuple[str, ...] = ()
