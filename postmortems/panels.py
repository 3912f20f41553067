"""What postmortems add to the pages of incidents."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.base import panels
from incidents.models import Ticket
from postmortems import permissions
from postmortems.models import Postmortem


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
    panels.register(panels.Panel("incident", 40, "postmortems/panel_incident.html", _of_incident))
