"""Panels of a ticket's story, its obligations and its watchers."""

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.panels import Fold
from incidents.models import Ticket
from incidents.tickets import story, watchers
from incidents.tickets.subject import TICKET
from oncall.panels import obligations


def _story(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    return {"url": story.story_url(ticket)}


def _watchers(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    rows = watchers.watchers_of(ticket)
    return {
        "ticket": ticket,
        "rows": rows,
        "is_watching": any(row.user_id == request.user.pk for row in rows),
        "is_empty": not rows,
        "folds": [] if rows else [Fold("Watch", "incidents:watch", ticket.reference, is_post=True)],
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("postmortem", 1, "incidents/tickets/panel_story.html", _story))
    for place in ("incident", "problem", "postmortem"):
        obligations.register(place, 12, subject_type=TICKET)
    for place in ("incident", "problem"):
        panels.register(panels.Panel(place, 40, "incidents/tickets/panel_watchers.html", _watchers))
