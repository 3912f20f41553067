"""The panel of an incident's updates for customers."""

from django.http import HttpRequest
from django.utils import timezone

from config.base.web import panels
from config.base.web.panels import Fold
from incidents import permissions
from incidents.customers import updates
from incidents.models import StatusPage, Ticket


def _customer_panel(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    """The published state of an incident, and when the next update is due; only a way to it for other services."""
    summary = updates.customer_summary(ticket, at=timezone.now())
    if summary is None:
        may_tell = permissions.can_publish(request.user, ticket) and StatusPage.objects.exists()
        folds = [Fold("Tell customers", "incidents:update", ticket.reference)] if may_tell else []
        return {"is_empty": True, "folds": folds}
    return summary | {"reference": ticket.reference, "can_publish": permissions.can_publish(request.user, ticket)}


def register() -> None:
    """Add the panels; called from `ready()`."""
    panels.register(panels.Panel("incident", 15, "incidents/customers/panel_customers.html", _customer_panel))
