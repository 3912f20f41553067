"""Panels of action items, links, and the conditions of resolving."""

from django.http import HttpRequest

from config.base.web import panels
from incidents import permissions
from incidents.models import Ticket, TicketStatus, WaiverStatus
from incidents.prevention import conditions
from incidents.tickets import links

_MAX_ACTIONS = 500


def _follow_up(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    actions = ticket.actions.select_related("owner", "team").order_by("done_at", "due_on", "pk")[:_MAX_ACTIONS]
    return {
        "ticket": ticket,
        "actions": actions,
        "links": links.linked_tickets(ticket, request.user),
        "can_act": permissions.can_act(request.user, ticket),
    }


def _prevention(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    if ticket.status != TicketStatus.RESTORED:
        return None
    waiver = ticket.waivers.filter(status=WaiverStatus.ASKED).select_related("requested_by", "ticket").first()
    return {
        "ticket": ticket,
        "conditions": conditions.resolution_conditions(ticket),
        "waiver": waiver,
        "can_act": permissions.can_act(request.user, ticket),
        "can_decide": waiver is not None and permissions.can_decide(request.user, waiver),
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 10, "incidents/prevention/panel_prevention.html", _prevention))
    for place in ("incident", "problem", "postmortem"):
        panels.register(panels.Panel(place, 30, "incidents/prevention/panel_follow_up.html", _follow_up))
