"""The panels of a ticket's requesters and of the time that people worked on it."""

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from config.base.web.panels import Fold
from incidents import permissions
from incidents.desk import work_time
from incidents.models import Ticket, TicketKind

MAX_ADDED = 20


def _requesters(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    user = request.user
    if ticket.kind != TicketKind.INCIDENT or not permissions.can_see_requester(user, ticket):
        return None
    rows = Ticket.affected_contacts.through.objects.filter(ticket=ticket).select_related("contact")
    added = list(rows.order_by("contact__name", "pk")[: MAX_ADDED + 1])
    can_act = permissions.can_act(user, ticket)
    is_empty = not added and ticket.requester_id is None
    return {
        "is_empty": is_empty,
        "folds": [Fold("Requester", "incidents:ticket-requester", ticket.reference)] if is_empty and can_act else [],
        "ticket": ticket,
        "added": added[:MAX_ADDED],
        "has_more": len(added) > MAX_ADDED,
        "can_act": can_act,
        "can_correct": can_act and permissions.can_write_requesters(user),
    }


def _work_time(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    user = request.user
    if permissions.reads_as_requester(user, ticket):
        return None
    people = work_time.by_person(ticket, at=timezone.now())
    can_act = permissions.can_act(user, ticket)
    fold = Fold("Time worked", "incidents:work-time-new", ticket.reference)
    return {
        "ticket": ticket,
        "people": people,
        "reader": user,
        "can_act": can_act,
        "is_empty": not people,
        "folds": [fold] if can_act and not people else [],
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 8, "incidents/desk/panel_requesters.html", _requesters))
    for place in ("incident", "problem"):
        panels.register(panels.Panel(place, 38, "incidents/desk/panel_work_time.html", _work_time))
