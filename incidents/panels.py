"""What incidents add to the pages of `oncall`: services beside people."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.base import panels
from incidents import coverage, permissions, updates
from incidents.models import Service, Ticket
from oncall.models import Team

_SHOWN = 500


def _services_on_call(request: HttpRequest, record: Any) -> dict[str, Any]:
    rows = Service.objects.select_related("team").order_by("tier", "name")[:_SHOWN]
    return {"covered": coverage.who_answers(rows, at=timezone.now())}


def _team(request: HttpRequest, team: Team) -> dict[str, Any]:
    tickets = Ticket.objects.for_list().visible_to(request.user).filter(team=team)
    return {
        "services": team.services.order_by("tier", "name"),
        "tickets": tickets.filter(pk__in=Ticket.objects.open().filter(team=team)).order_by(
            "priority", "-created_at", "-pk"
        )[:20],
    }


def _customers(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """What customers know of an incident, and when they should hear again; nothing without a status page."""
    found = updates.standing(ticket, at=timezone.now())
    if found is None:
        return None
    return found | {"reference": ticket.reference, "can_publish": permissions.can_publish(request.user, ticket)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 10, "incidents/panel_customers.html", _customers))
    panels.register(panels.Panel("on-call", 10, "incidents/panel_on_call.html", _services_on_call))
    panels.register(panels.Panel("team", 10, "incidents/panel_team.html", _team))
