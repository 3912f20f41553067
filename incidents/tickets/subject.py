"""Tickets as subjects of `oncall`: how to lock one, who may see it, and its fields in a message."""

from datetime import UTC
from typing import Any

from django.db.models import QuerySet

from incidents.models import Ticket

TICKET = "ticket"


def lock(ticket_id: int) -> None:
    """Lock the ticket before any escalation (paging rule 4)."""
    Ticket.objects.select_for_update(no_key=True).only("pk").get(pk=ticket_id)


def visible_to(user: Any) -> QuerySet[Any]:
    """The tickets a person may see."""
    return Ticket.objects.visible_to(user)


def message_fields(ticket_ids: list[int]) -> dict[int, dict[str, str]]:
    """Severity, service and start, as a message shows them."""
    rows = Ticket.objects.filter(pk__in=ticket_ids).values_list(
        "pk", "severity__name", "service__name", "impact_started_at"
    )
    return {
        pk: {
            "severity": severity,
            "service": service or "",
            "since": f"{started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        }
        for pk, severity, service, started_at in rows
    }
