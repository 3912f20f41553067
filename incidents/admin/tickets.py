"""Tickets and what belongs to them: worked on in the portal, inspected here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from config.base.web.admin import FactAdmin, FactInline
from incidents.models import Incident, Response, Ticket, TicketStatus, TimelineEntry

COLORS = {
    TicketStatus.NEW: "danger",
    TicketStatus.ACKNOWLEDGED: "warning",
    TicketStatus.IN_PROGRESS: "warning",
    TicketStatus.ON_HOLD: "info",
    TicketStatus.RESTORED: "success",
    TicketStatus.RESOLVED: "success",
}


class TimelineInline(FactInline):
    """What happened, in order."""

    model = TimelineEntry
    fields = ("at", "kind", "actor", "text")
    ordering = ("at", "pk")
    show_change_link = False


class ResponseInline(FactInline):
    """The responding teams."""

    model = Response
    fields = ("team", "escalation")


class TicketAdmin(FactAdmin):
    """The shared record; changes are made in the portal and the API, where the rules are."""

    list_display = ("reference", "title", "state_label", "severity", "priority", "team", "service", "created_at")
    list_filter: tuple[str, ...] = ("status", "severity", "team", "visibility")
    list_select_related = ("severity", "team", "service")
    search_fields = ("title", "number", "service__name", "team__name")
    ordering = ("-pk",)
    inlines: tuple[type[FactInline], ...] = (TimelineInline, ResponseInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        """Only tickets that the reader may see."""
        tickets: QuerySet[Ticket] = super().get_queryset(request)
        return tickets.filter(pk__in=Ticket.objects.visible_to(request.user).values("pk"))

    @display(description="status", ordering="status", label={str(status): color for status, color in COLORS.items()})
    def state_label(self, ticket: Ticket) -> tuple[str, str]:
        """The status, in its color."""
        return ticket.status, ticket.get_status_display()


@admin.register(Ticket)
class AnyTicketAdmin(TicketAdmin):
    """Tickets of every kind."""

    list_filter = ("kind", *TicketAdmin.list_filter)


@admin.register(Incident)
class IncidentAdmin(TicketAdmin):
    """Incidents."""


class HiddenWithTicket(FactAdmin):
    """Records of a ticket, visible only to people who may see the ticket."""

    ticket_names: tuple[str, ...] = ("ticket",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only those of visible tickets."""
        rows: QuerySet[Any] = super().get_queryset(request)
        visible = Ticket.objects.visible_to(request.user).values("pk")
        return rows.filter(**{f"{name}__in": visible for name in self.ticket_names})


@admin.register(TimelineEntry)
class TimelineEntryAdmin(HiddenWithTicket):
    """Timeline entries across tickets."""

    list_display = ("at", "ticket", "kind", "actor", "text")
    list_filter = ("kind",)
    list_select_related = ("ticket", "actor")
    search_fields = ("text", "ticket__title", "actor__name")
    ordering = ("-pk",)


@admin.register(Response)
class ResponseAdmin(HiddenWithTicket):
    """Responding teams of tickets."""

    list_display = ("ticket", "team", "escalation")
    list_select_related = ("ticket", "team", "escalation")
    search_fields = ("ticket__title", "team__name")
    ordering = ("-pk",)
