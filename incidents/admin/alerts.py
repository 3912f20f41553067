"""Alerts and the events behind them."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from config.base.web.admin import FactAdmin, FactInline
from incidents.models import Alert, Event, Ticket


class EventInline(FactInline):
    """The alert's events."""

    model = Event
    fields = ("received_at", "action", "outcome", "problem")
    ordering = ("-pk",)
    max_num = 50


@admin.register(Alert)
class AlertAdmin(FactAdmin):
    """Alerts as their senders report them."""

    list_display = ("title", "integration", "status", "severity_word", "count", "opened_at", "ticket")
    list_filter = ("status", "integration")
    list_select_related = ("integration", "ticket")
    search_fields = ("title", "dedup_key", "integration__name")
    ordering = ("-pk",)
    inlines = (EventInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """Only those of tickets that the reader may see, and those without a ticket."""
        alerts: QuerySet[Alert] = super().get_queryset(request)
        return alerts.filter(Q(ticket=None) | Q(ticket__in=Ticket.objects.visible_to(request.user)))


@admin.register(Event)
class EventAdmin(FactAdmin):
    """Messages from senders as they came."""

    list_display = ("received_at", "integration", "action", "dedup_key", "outcome", "problem")
    list_filter = ("outcome", "action", "integration")
    list_select_related = ("integration",)
    search_fields = ("dedup_key", "problem")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Only those of tickets that the reader may see, and those without a ticket."""
        events: QuerySet[Event] = super().get_queryset(request)
        visible = Ticket.objects.visible_to(request.user)
        return events.filter(Q(alert__ticket=None) | Q(alert__ticket__in=visible))
