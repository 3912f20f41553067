"""Action items, links and prevention waivers: worked on in the portal, inspected here."""

from django.contrib import admin

from incidents.admin.tickets import HiddenWithTicket
from incidents.models import ActionItem, PreventionWaiver, TicketLink


@admin.register(ActionItem)
class ActionItemAdmin(HiddenWithTicket):
    """Action items of incidents and problems."""

    list_display = ("title", "ticket", "owner", "team", "due_on", "is_priority", "status")
    list_filter = ("status", "is_priority", "team")
    list_select_related = ("ticket", "owner", "team")
    search_fields = ("title", "ticket__title", "owner__name")
    ordering = ("due_on", "pk")


@admin.register(PreventionWaiver)
class PreventionWaiverAdmin(HiddenWithTicket):
    """Prevention waivers: who requested and who decided, and why."""

    list_display = ("ticket", "status", "requested_by", "requested_at", "decided_by", "decided_at")
    list_filter = ("status",)
    list_select_related = ("ticket", "requested_by", "decided_by")
    search_fields = ("reason", "ticket__title", "requested_by__name")
    ordering = ("-pk",)


@admin.register(TicketLink)
class TicketLinkAdmin(HiddenWithTicket):
    """Links between tickets."""

    list_display = ("from_ticket", "kind", "to_ticket", "created_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("from_ticket", "to_ticket", "created_by")
    search_fields = ("from_ticket__title", "to_ticket__title")
    ordering = ("-pk",)
    ticket_names = ("from_ticket", "to_ticket")
