"""Excluded time and waivers: requested and decided in the portal, inspected here."""

from django.contrib import admin

from incidents.admin.tickets import HiddenWithTicket
from incidents.models import SlaCredit, SlaWaiver


@admin.register(SlaCredit)
class SlaCreditAdmin(HiddenWithTicket):
    """Excluded times: which minutes of which ticket, who requested them, who decided, and why."""

    list_display = ("ticket", "starts_at", "ends_at", "status", "requested_by", "decided_by", "decided_at")
    list_filter = ("status",)
    list_select_related = ("ticket", "requested_by", "decided_by")
    search_fields = ("reason", "ticket__title", "requested_by__name")
    ordering = ("-pk",)


@admin.register(SlaWaiver)
class SlaWaiverAdmin(HiddenWithTicket):
    """Waivers of breaches: who requested and who decided, and why."""

    list_display = ("breach", "status", "requested_by", "requested_at", "decided_by", "decided_at")
    list_filter = ("status",)
    list_select_related = ("breach", "requested_by", "decided_by")
    search_fields = ("reason", "breach__ticket__title", "requested_by__name")
    ordering = ("-pk",)
    ticket_names = ("breach__ticket",)
