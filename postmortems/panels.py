"""Panels of postmortems on the pages of incidents."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from config.base.web.panels import Fold, Moment, timestamp_moments
from incidents.models import Ticket
from incidents.tickets.story import RelatedTickets
from postmortems import permissions
from postmortems.models import Postmortem

_LABELS = {
    "created_at": "Drafted",
    "drafted_at": "First text written",
    "submitted_at": "Submitted for review",
    "approved_at": "Approved",
    "published_at": "Published",
    "closed_at": "Closed",
}


def _postmortem_moments(circle: RelatedTickets) -> Iterable[Moment]:
    """The steps of each incident's postmortem."""
    for postmortem in Postmortem.objects.filter(ticket__in=circle.incidents).select_related("ticket").order_by("pk"):
        title = f"Postmortem of {postmortem.ticket.reference}"
        yield from timestamp_moments(postmortem, _LABELS, title=title, url=postmortem.get_absolute_url())


def _incident_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    postmortem = Postmortem.objects.select_related("owner").filter(ticket_id=ticket.pk).first()
    may_draft = postmortem is None and not ticket.is_open and permissions.can_write(request.user)
    if postmortem is None and not may_draft:
        return None
    fold = Fold("Draft a postmortem", "postmortems:draft", ticket.reference, is_post=True)
    return {
        "postmortem": postmortem,
        "is_empty": postmortem is None,
        "folds": [fold] if may_draft else [],
        "is_overdue": postmortem is not None and postmortem.is_overdue(timezone.now().date()),
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register_chapter(panels.Chapter(50, "Postmortems", "No postmortem yet.", _postmortem_moments))
    panels.register(panels.Panel("incident", 40, "postmortems/panel_incident.html", _incident_panel, group="related"))
