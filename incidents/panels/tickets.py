"""Panels of a ticket's story and its obligations."""

from django.http import HttpRequest

from config.base.web import panels
from incidents.models import Ticket
from incidents.tickets import story
from incidents.tickets.subject import TICKET
from oncall.panels import obligations


def _story(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    return {"url": story.story_url(ticket)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("postmortem", 1, "incidents/tickets/panel_story.html", _story))
    for place in ("incident", "problem", "postmortem"):
        obligations.register(place, 12, subject_type=TICKET)
