"""Restoring, resolving, closing and reopening."""

from datetime import datetime

from django.db import transaction

from incidents import signals
from incidents.alerts import status
from incidents.customers.obligations import withdraw_first_update
from incidents.models import ClosureCode, LinkKind, Ticket, TicketStatus
from incidents.prevention import conditions
from incidents.response.paging import begin_work, end_paging, page_team
from incidents.tickets import handovers, links
from incidents.tickets.locking import TicketRefused, lock_ticket, move
from oncall.models import User


@transaction.atomic
def restore(
    *, ticket_id: int, actor: User | None, at: datetime, note: str = "", restored_at: datetime | None = None
) -> Ticket:
    """Say that the service works again: paging ends, and so do the minutes of the people at work.

    `restored_at` is when it began to work, if that was before `at`; the figures count to then, and the timeline says
    it there. It is never before the opening or the last reopening. If the severity needs no prevention, the incident
    is resolved at the same time.
    """
    ticket = lock_ticket(ticket_id)
    if restored_at is not None:
        restored_at = max(restored_at, ticket.reopened_at or ticket.created_at)
    move(
        ticket,
        TicketStatus.RESTORED,
        at=at,
        actor=actor,
        text=f"Service restored. {note}".strip(),
        happened_at=restored_at,
        restored_at=restored_at or at,
        mitigated_at=ticket.mitigated_at or restored_at or at,
        restore_due_at=None,
        acknowledged_at=ticket.acknowledged_at or (at if actor else None),
    )
    handovers.confirm_by_work(ticket=ticket, actor=actor, at=at)
    end_paging(ticket=ticket, at=at, actor=actor)
    status.mark_closed(ticket_id=ticket.pk, at=at)
    withdraw_first_update(ticket, at=at)
    signals.incident_restored.send(sender=Ticket, ticket=ticket, at=at, actor=actor)
    if not ticket.severity.needs_prevention:
        text = f"Resolved: {ticket.severity.name} needs no prevention."
        move(ticket, TicketStatus.RESOLVED, at=at, actor=actor, text=text, resolved_at=at)
    return ticket


@transaction.atomic
def resolve(*, ticket_id: int, actor: User | None, at: datetime, reason: str = "") -> Ticket:
    """Say that prevention is done; raises TicketRefused with the conditions that are not met.

    An incident resolves by itself (`prevention.auto_resolve`); one person alone cannot waive prevention.
    """
    ticket = lock_ticket(ticket_id)
    if ticket.status == TicketStatus.RESTORED and (waiting := conditions.unmet_conditions(ticket)):
        raise TicketRefused(
            f"{ticket.reference} still waits for: {'; '.join(condition.text for condition in waiting)}."
            " It resolves by itself after that, or when “no prevention needed” is requested and approved."
        )
    text = f"Resolved. {reason}".strip()
    # The restoring transaction may have read the clock later and still got the lock first.
    move(ticket, TicketStatus.RESOLVED, at=at, actor=actor, text=text, resolved_at=max(at, ticket.restored_at or at))
    return ticket


@transaction.atomic
def reopen(*, ticket_id: int, reason: str, actor: User | None, at: datetime) -> Ticket:
    """Reopen it because the trouble is back: the same record continues, and its team is paged again."""
    ticket = lock_ticket(ticket_id)
    if ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is open already.")
    move(
        ticket,
        TicketStatus.IN_PROGRESS,
        at=at,
        actor=actor,
        text=f"Reopened. {reason}".strip(),
        reopened_at=at,
        restore_due_at=None,
        restored_at=None,
        resolved_at=None,
        closed_at=None,
        closure_code="",
    )
    if actor is not None and ticket.assignee == actor:
        begin_work(ticket=ticket, user=actor, at=at)
    if ticket.severity.pages:
        page_team(ticket=ticket, team=ticket.team, at=at)
    return ticket


@transaction.atomic
def close(
    *, ticket_id: int, code: str, actor: User | None, at: datetime, note: str = "", other: Ticket | None = None
) -> Ticket:
    """End the record with a code; `other` is the ticket that stands for a duplicate or merged one.

    Raises TicketRefused for a code that is not an incident's, and for a duplicate or merged one of nothing.
    """
    ticket = lock_ticket(ticket_id)
    codes = {
        ClosureCode.SOLVED,
        ClosureCode.NO_FAULT_FOUND,
        ClosureCode.DUPLICATE,
        ClosureCode.MERGED,
        ClosureCode.CANCELLED,
    }
    if code not in codes:
        raise TicketRefused(f"Close it as one of: {', '.join(sorted(ClosureCode(c).label for c in codes))}.")
    if ticket.is_open and code == ClosureCode.SOLVED:
        raise TicketRefused("Restore the service first. Then it can be closed as solved.")
    _link_other(ticket, code, other, actor=actor, at=at)
    text = f"Closed: {ClosureCode(code).label}. {note}".strip()
    move(
        ticket,
        TicketStatus.CLOSED,
        at=at,
        actor=actor,
        text=text,
        closed_at=at,
        restore_due_at=None,
        closure_code=code,
        closure_note=note,
    )
    end_paging(ticket=ticket, at=at, actor=actor)
    status.mark_closed(ticket_id=ticket.pk, at=at)
    withdraw_first_update(ticket, at=at)
    return ticket


_LINK_BY_CODE = {ClosureCode.DUPLICATE: LinkKind.DUPLICATE_OF, ClosureCode.MERGED: LinkKind.MERGED_INTO}


def _link_other(ticket: Ticket, code: str, other: Ticket | None, *, actor: User | None, at: datetime) -> None:
    """Name the ticket that stands for this one, so that each page leads to the other."""
    kind = _LINK_BY_CODE.get(ClosureCode(code))
    if kind is None and other is not None:
        raise TicketRefused("Only a duplicate or a merged ticket names another one. Leave it out, or link it.")
    if kind is None:
        return
    linked = links.other_of(ticket)
    if other is None and linked is None:
        raise TicketRefused(f"{kind.label} which ticket? Name it, as INC-7.")
    if other is not None and (linked is None or linked.to_ticket_id != other.pk):
        links.link_tickets(from_ticket=ticket, to_ticket=other, kind=kind, actor=actor, at=at)
