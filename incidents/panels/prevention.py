"""Panels of action items, links, and the conditions of resolving."""

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.panels import Fold
from incidents import permissions
from incidents.models import Ticket, TicketStatus, WaiverStatus
from incidents.prevention import conditions
from incidents.tickets import links

_MAX_ACTIONS = 500


def _actions(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    actions = ticket.actions.select_related("owner", "team").order_by("done_at", "due_on", "pk")[:_MAX_ACTIONS]
    can_act = permissions.can_act(request.user, ticket)
    fold = Fold("Action item", "incidents:action-item-new", ticket.reference)
    return {
        "ticket": ticket,
        "actions": actions,
        "can_act": can_act,
        "is_empty": not actions,
        "folds": [fold] if can_act and not actions else [],
    }


def _links(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    rows = links.linked_tickets(ticket, request.user)
    fold = Fold("Link to a ticket", "incidents:link-new", ticket.reference)
    can_act = permissions.can_act(request.user, ticket)
    return {"links": rows, "is_empty": not rows, "folds": [fold] if can_act else []}


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
        panels.register(panels.Panel(place, 30, "incidents/prevention/panel_actions.html", _actions))
        panels.register(panels.Panel(place, 31, "incidents/prevention/panel_links.html", _links, group="related"))
