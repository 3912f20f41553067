"""The two things every verb does: lock the ticket, and move its status by the table."""

from datetime import datetime
from typing import Any

from config.base.data.lifecycle import Lifecycle, Refusal
from incidents.models import EntryKind, Ticket, TicketStatus
from incidents.tickets import timeline
from incidents.tickets.status import INCIDENT
from oncall.models import User


class TicketRefused(Refusal):
    """What was asked cannot be done to this record as it stands; the message says what to do instead."""


def locked(ticket_id: int) -> Ticket:
    """The ticket, locked FOR NO KEY UPDATE: first in the lock order, before escalation and page."""
    return (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .select_related("service", "severity", "team", "assignee")
        .get(pk=ticket_id)
    )


def refuse_unless_open(ticket: Ticket, advice: str) -> None:
    """Raise TicketRefused for a ticket that is over, with what to do instead."""
    if not ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is {ticket.get_status_display().lower()}: {advice}")


def save(ticket: Ticket, *fields: str, at: datetime) -> None:
    """Write these columns and the time of the change."""
    ticket.updated_at = at
    ticket.save(update_fields=[*fields, "updated_at"])


def move(
    ticket: Ticket,
    status: TicketStatus,
    *,
    at: datetime,
    actor: User | None,
    text: str,
    lifecycle: Lifecycle = INCIDENT,
    **stamps: Any,
) -> None:
    """Give the ticket a status that the table allows, set its stamps, and put it on the timeline.

    Raises IllegalMove. Stamps are set as given: `restored_at=at`, `hold_reason="supplier"`, ...
    """
    before = ticket.status
    lifecycle.check(before, status)
    ticket.status = status
    if before == TicketStatus.ON_HOLD:
        stamps.setdefault("hold_reason", "")
    for name, value in stamps.items():
        setattr(ticket, name, value)
    save(ticket, "status", *stamps, at=at)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.STATUS,
        text=text,
        at=at,
        actor=actor,
        data={"from": before, "to": str(status)},
    )
