"""What customers know of an incident."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from incidents import permissions
from incidents.customers import updates
from incidents.models import Ticket


def _customers(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """What customers know of an incident, and when they should hear again; nothing without a status page."""
    found = updates.customer_summary(ticket, at=timezone.now())
    if found is None:
        return None
    return found | {"reference": ticket.reference, "can_publish": permissions.can_publish(request.user, ticket)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 15, "incidents/customers/panel_customers.html", _customers))
