"""What postmortems add to the pages of incidents."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from config.base.web.panels import Moment, timestamp_moments
from incidents.models import Ticket
from incidents.tickets.story import Circle
from postmortems import permissions
from postmortems.models import Postmortem

_WORDS = {
    "created_at": "Drafted",
    "drafted_at": "First words written",
    "submitted_at": "Sent to review",
    "approved_at": "Approved",
    "published_at": "Published",
    "closed_at": "Closed",
}


def _lessons(circle: Circle) -> Iterable[Moment]:
    """The steps of each incident's postmortem."""
    for one in Postmortem.objects.filter(ticket__in=circle.incidents).select_related("ticket").order_by("pk"):
        title = f"Postmortem of {one.ticket.reference}"
        yield from timestamp_moments(one, _WORDS, title=title, url=one.get_absolute_url())


def _of_incident(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    postmortem = Postmortem.objects.select_related("owner").filter(ticket_id=ticket.pk).first()
    may_draft = postmortem is None and not ticket.is_open and permissions.can_write(request.user)
    if postmortem is None and not may_draft:
        return None
    return {
        "postmortem": postmortem,
        "ticket": ticket,
        "is_overdue": postmortem is not None and postmortem.is_overdue(timezone.now().date()),
    }


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register_chapter(panels.Chapter(50, "Postmortems", "No lesson was written down.", _lessons))
    panels.register(panels.Panel("incident", 40, "postmortems/panel_incident.html", _of_incident))
