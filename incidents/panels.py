"""What incidents add to pages: services beside people, and beside a ticket what is owed so that it stays away."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone

from config.base import panels
from incidents import permissions
from incidents.customers import updates
from incidents.models import Service, ServiceReadiness, Ticket, TicketStatus, WaiverStatus
from incidents.prevention import conditions
from incidents.services import coverage
from incidents.services.subject import SERVICE
from incidents.tickets import links, story
from incidents.tickets.subject import TICKET
from oncall import due_panel
from oncall.models import Team

_SHOWN = 500
_SERVICES = 100


def _services_on_call(request: HttpRequest, at: datetime) -> dict[str, Any]:
    rows = Service.objects.select_related("team").order_by("tier", "name")
    page = Paginator(rows, _SERVICES).get_page(request.GET.get("services"))
    return {"covered": coverage.who_answers(page.object_list, at=at), "page": page}


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


def _story(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    return {"url": story.address(ticket)}


def _follow_up(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    actions = ticket.actions.select_related("owner", "team").order_by("done_at", "due_on", "pk")[:_SHOWN]
    return {
        "ticket": ticket,
        "actions": actions,
        "links": links.of(ticket, request.user),
        "can_act": permissions.can_act(request.user, ticket),
    }


def _prevention(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    if ticket.status != TicketStatus.RESTORED:
        return None
    waiver = ticket.waivers.filter(status=WaiverStatus.ASKED).select_related("requested_by", "ticket").first()
    return {
        "ticket": ticket,
        "conditions": conditions.of(ticket),
        "waiver": waiver,
        "can_act": permissions.can_act(request.user, ticket),
        "can_decide": waiver is not None and permissions.can_decide(request.user, waiver),
    }


def _readiness(request: HttpRequest, service: Service) -> dict[str, Any]:
    """What the last check found; a service that is new has none yet."""
    found = ServiceReadiness.objects.filter(service=service).first()
    return {"service": service, "readiness": found, "may_check": permissions.can_act(request.user)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 15, "incidents/panel_customers.html", _customers))
    panels.register(panels.Panel("on-call", 10, "incidents/panel_on_call.html", _services_on_call))
    panels.register(panels.Panel("team", 10, "incidents/panel_team.html", _team))
    panels.register(panels.Panel("incident", 10, "incidents/panel_prevention.html", _prevention))
    for place in ("incident", "problem", "postmortem"):
        panels.register(panels.Panel(place, 1, "incidents/panel_story.html", _story))
        due_panel.register(place, 12, subject_type=TICKET)
    panels.register(panels.Panel("service", 5, "incidents/panel_readiness.html", _readiness))
    due_panel.register("service", 10, subject_type=SERVICE)
    panels.register(panels.Panel("incident", 30, "incidents/panel_follow_up.html", _follow_up))
    panels.register(panels.Panel("problem", 30, "incidents/panel_follow_up.html", _follow_up))
    panels.register(panels.Panel("postmortem", 30, "incidents/panel_follow_up.html", _follow_up))
