"""Panels of a ticket: its story, obligations, checklist, watchers, readers, and links to other systems."""

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.panels import Fold
from incidents import permissions
from incidents.checklists import editing
from incidents.models import Ticket, Visibility
from incidents.models.tickets.checklists import MAX_ITEMS
from incidents.tickets import readings, story, watchers
from incidents.tickets.external_links import MAX_LINKS
from incidents.tickets.subject import TICKET
from oncall.panels import obligations

_MAX_READINGS = 20


def _story(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    return {"url": story.story_url(ticket)}


def _checklist(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    items = editing.items_of(ticket)
    can_act = permissions.can_act(request.user, ticket)
    fold = Fold("Checklist", "incidents:checklist-new", ticket.reference)
    return {
        "ticket": ticket,
        "items": items,
        "done": sum(item.is_done for item in items),
        "can_act": can_act,
        "has_room": len(items) < MAX_ITEMS,
        "is_empty": not items,
        "folds": [fold] if can_act and not items else [],
    }


def _watchers(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    rows = watchers.watchers_of(ticket)
    can_act = permissions.can_act(request.user, ticket)
    folds = [Fold("Watch", "incidents:watch", ticket.reference, is_post=True)]
    folds += [Fold("Another watcher", "incidents:watcher-new", ticket.reference)] if can_act else []
    return {
        "ticket": ticket,
        "rows": rows,
        "reader": request.user,
        "can_act": can_act,
        "is_watching": any(row.user_id == request.user.pk for row in rows),
        "is_empty": not rows,
        "folds": [] if rows else folds,
    }


def _readings(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    if ticket.visibility != Visibility.PRIVATE or not permissions.can_act(request.user, ticket):
        return None
    rows = readings.latest_readings(ticket, limit=_MAX_READINGS + 1)
    return {"rows": rows[:_MAX_READINGS], "has_more": len(rows) > _MAX_READINGS}


def _external_links(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    can_act = permissions.can_act(request.user, ticket)
    has_room = len(ticket.external_links) < MAX_LINKS
    fold = Fold("External link", "incidents:external-link-new", ticket.reference)
    return {
        "ticket": ticket,
        "links": ticket.external_links,
        "can_act": can_act,
        "is_empty": not ticket.external_links,
        "folds": [fold] if can_act and has_room else [],
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("postmortem", 1, "incidents/tickets/panel_story.html", _story))
    for place in ("incident", "problem", "postmortem"):
        obligations.register(place, 12, subject_type=TICKET)
    for place in ("incident", "problem"):
        panels.register(panels.Panel(place, 11, "incidents/checklists/panel_checklist.html", _checklist))
        panels.register(
            panels.Panel(place, 32, "incidents/tickets/panel_external_links.html", _external_links, group="related")
        )
        panels.register(panels.Panel(place, 40, "incidents/tickets/panel_watchers.html", _watchers))
        panels.register(panels.Panel(place, 45, "incidents/tickets/panel_readings.html", _readings))
