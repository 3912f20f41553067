"""Tickets as subjects of `oncall`: how to lock one, who may see it, and its fields in a message."""

from django.db.models import QuerySet

from config.base.data.users import Visitor
from incidents.models import Ticket, Visibility
from oncall.subjects import Fields

TICKET = "ticket"
_COLUMNS = ("kind", "number", "visibility", "impact_started_at", "severity__name", "service__name")


def lock(ticket_id: int) -> None:
    """Lock the ticket before any escalation (paging rule 4)."""
    Ticket.objects.select_for_update(no_key=True).only("pk").get(pk=ticket_id)


def visible_to(user: Visitor) -> QuerySet[Ticket]:
    """The tickets a person may see."""
    return Ticket.objects.visible_to(user)


def outside_name(ticket: Ticket) -> str:
    """What a message may call a private ticket: its number and service, as "INC-7 (Payments API)"."""
    return f"{ticket.reference} ({ticket.service.name})" if ticket.service else ticket.reference


def message_fields(ticket_ids: list[int]) -> dict[int, Fields]:
    """Severity, service and start, as a message shows them; of a private ticket its number and service alone."""
    rows = Ticket.objects.filter(pk__in=ticket_ids).select_related("severity", "service").only(*_COLUMNS)
    return {ticket.pk: _fields(ticket) for ticket in rows}


def _fields(ticket: Ticket) -> Fields:
    service = ticket.service.name if ticket.service else ""
    if ticket.visibility == Visibility.PRIVATE:
        return {"title": outside_name(ticket), "service": service}
    return {"severity": ticket.severity.name, "service": service, "since": ticket.impact_started_at}
