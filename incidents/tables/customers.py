"""Tables of public incidents, maintenance, components, subscribers and deliveries."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web.tables import ClockColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents.models import Component, PublicIncident, ScheduledMaintenance, Subscriber, UpdateDelivery


class PublicIncidentTable(Table):
    """Incidents as customers see them; red where the promised update is late."""

    name = LinkColumn(css="wide row-title")
    status = TagColumn(family="phase")
    impact = TagColumn(family="impact")
    ticket = tables.Column(accessor="ticket__reference", order_by="ticket__number", verbose_name="Incident")
    started_at = TimeColumn(verbose_name="Began")
    next_update_at = TimeColumn(verbose_name="Next update")
    updated_at = TimeColumn(verbose_name="Last update")

    class Meta(Table.Meta):
        model = PublicIncident
        fields = ("name", "status", "impact", "ticket", "started_at", "next_update_at", "updated_at")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge where the promised update is late."""
        return format_html(' class="{}"', "is-loud") if record.is_overdue(self.at) else ""

    def render_ticket(self, record: Any, value: str) -> SafeString:
        """The number, linked to the ticket."""
        return format_html('<a href="{}">{}</a>', record.ticket.get_absolute_url(), value)

    def value_ticket(self, value: str) -> str:
        """The bare number, for CSV."""
        return value


class MaintenanceTable(Table):
    """Maintenance."""

    name = LinkColumn(css="wide row-title")
    status = TagColumn(family="maintenance")
    starts_at = ClockColumn(verbose_name="Begins")
    ends_at = ClockColumn(verbose_name="Ends")

    class Meta(Table.Meta):
        model = ScheduledMaintenance
        fields = ("name", "status", "page", "starts_at", "ends_at")


class ComponentTable(Table):
    """Components of the status page."""

    name = tables.Column(attrs={"td": {"class": "row-title"}})
    status = TagColumn(family="component")
    group = tables.Column(order_by="group__name")
    service = LinkColumn(to="service", order_by="service__name")
    updated_at = TimeColumn(verbose_name="Changed")

    class Meta(Table.Meta):
        model = Component
        fields = ("name", "status", "group", "service", "updated_at")


class SubscriberTable(Table):
    """Subscribers to updates by e-mail."""

    email = tables.Column(attrs={"td": {"class": "row-title"}})
    confirmed_at = TimeColumn(verbose_name="Confirmed")
    unsubscribed_at = TimeColumn(verbose_name="Unsubscribed")
    created_at = TimeColumn(verbose_name="First request")

    class Meta(Table.Meta):
        model = Subscriber
        fields = ("email", "confirmed_at", "unsubscribed_at", "created_at")


class DeliveryTable(Table):
    """Mails to subscribers and their state."""

    address = tables.Column(attrs={"td": {"class": "row-title"}})
    about = tables.Column(accessor="about", orderable=False, verbose_name="About")
    state = TagColumn(family="page")
    attempts = tables.Column()
    created_at = TimeColumn(verbose_name="Created")
    accepted_at = TimeColumn(verbose_name="Accepted")
    last_error = tables.Column(attrs={"td": {"class": "wide"}})

    class Meta(Table.Meta):
        model = UpdateDelivery
        fields = ("address", "about", "state", "attempts", "created_at", "accepted_at", "last_error")
