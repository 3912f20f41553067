"""The panel of an incident's updates for customers."""

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from incidents import permissions
from incidents.customers import updates
from incidents.models import Ticket


def _customer_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    """The published state of an incident, and when the next update is due; nothing without a status page."""
    summary = updates.customer_summary(ticket, at=timezone.now())
    if summary is None:
        return None
    return summary | {"reference": ticket.reference, "can_publish": permissions.can_publish(request.user, ticket)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 15, "incidents/customers/panel_customers.html", _customer_panel))
