"""The two things every verb does: lock the ticket, and move its status by the table."""

from datetime import datetime

from config.base.data.lifecycle import Lifecycle, Refusal
from incidents.models import EntryKind, Ticket, TicketStatus
from incidents.tickets import timeline
from incidents.tickets.status import INCIDENT
from oncall.models import User


class TicketRefused(Refusal):
    """The record's state does not allow this; the message says what to do instead."""


def lock_ticket(ticket_id: int) -> Ticket:
    """The ticket, locked FOR NO KEY UPDATE: first in the lock order, before escalation and page."""
    return (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .select_related("service", "severity", "team", "assignee")
        .get(pk=ticket_id)
    )


def refuse_unless_open(ticket: Ticket, advice: str) -> None:
    """Raise TicketRefused unless the ticket is open; `advice` says what to do instead."""
    if not ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is {ticket.get_status_display().lower()}: {advice}")


def save(ticket: Ticket, *fields: str, at: datetime) -> None:
    """Save these columns and the time of the change."""
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
    **stamps: object,
) -> None:
    """Move the ticket to a status, set its stamps, and record it on the timeline.

    Raises IllegalMove if the lifecycle does not allow it. Stamps are set as passed:
    `restored_at=at`, `hold_reason="supplier"`, ...
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
