"""Restored, not resolved: an incident turns resolved by itself when the last condition of prevention falls."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from incidents.models import (
    EntryKind,
    LinkKind,
    PreventionWaiver,
    Ticket,
    TicketKind,
    TicketLink,
    TicketStatus,
    WaiverStatus,
)
from incidents.prevention import conditions
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, locked, move
from oncall.models import User

_CHUNK = 200


@transaction.atomic
def settle(*, ticket_id: int, at: datetime) -> Ticket:
    """Resolve a restored incident that waits for nothing any more, and say which condition fell last.

    Anything else is left as it is, so that it can be called after whatever may have ended a condition.
    """
    ticket = locked(ticket_id)
    if ticket.kind != TicketKind.INCIDENT or ticket.status != TicketStatus.RESTORED:
        return ticket
    found = conditions.resolution_conditions(ticket)
    if not all(one.is_met for one in found):
        return ticket
    last = max(found, key=lambda one: one.fell_at or at, default=None)
    words = (
        f"Resolved: {last.text.rstrip('.')}."
        if last
        else f"Resolved: {ticket.severity.name} has no duty of prevention."
    )
    if len(found) > 1:
        words = f"{words} Nothing else was left."
    move(
        ticket,
        TicketStatus.RESOLVED,
        at=at,
        actor=None,
        text=words,
        resolved_at=max(at, ticket.restored_at or at),
    )
    return ticket


def settle_around(*, ticket: Ticket, at: datetime) -> None:
    """Settle whatever may have waited for this ticket: itself, or the incidents that a problem caused.

    Called with the ticket locked; incidents are locked after their problem, in the order of their ids.
    """
    if ticket.kind == TicketKind.INCIDENT:
        settle(ticket_id=ticket.pk, at=at)
        return
    caused = TicketLink.objects.filter(
        to_ticket=ticket, kind=LinkKind.CAUSED_BY, from_ticket__status=TicketStatus.RESTORED
    )
    for pk in list(caused.order_by("from_ticket").values_list("from_ticket", flat=True)):
        settle(ticket_id=pk, at=at)


def settle_due(*, at: datetime) -> int:
    """Settle every restored incident that waits for nothing: the net under the calls above."""
    rows = Ticket.objects.incidents().filter(status=TicketStatus.RESTORED).select_related("severity")
    settled, last = 0, 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        last = chunk[-1].pk
        for pk, found in conditions.resolution_conditions_of_all(chunk).items():
            if all(one.is_met for one in found):
                settled += settle(ticket_id=pk, at=at).status == TicketStatus.RESOLVED
    return settled


@transaction.atomic
def ask_waiver(*, ticket_id: int, reason: str, actor: User, at: datetime) -> PreventionWaiver:
    """Ask that no prevention is needed; somebody else decides."""
    ticket = locked(ticket_id)
    reason = clean_lines(reason)
    if ticket.kind != TicketKind.INCIDENT or ticket.status != TicketStatus.RESTORED:
        raise TicketRefused(f"{ticket.reference} is not waiting for prevention. Restore the service first.")
    if not reason:
        raise TicketRefused("Say why nothing needs to be prevented. Whoever decides reads it.")
    if ticket.waivers.filter(status=WaiverStatus.ASKED).exists():
        raise TicketRefused("This has been asked already. It waits for somebody's decision.")
    waiver = PreventionWaiver.objects.create(ticket=ticket, reason=reason, requested_by=actor, requested_at=at)
    _tell(waiver, f"Asked for “no prevention needed”: {reason}", actor=actor, at=at)
    return waiver


@transaction.atomic
def approve_waiver(*, waiver_id: int, actor: User, at: datetime) -> PreventionWaiver:
    """Agree that no prevention is needed; the incident turns resolved."""
    waiver = _decide(waiver_id, WaiverStatus.APPROVED, actor=actor, at=at)
    _tell(waiver, "Agreed: no prevention is needed.", actor=actor, at=at)
    settle(ticket_id=waiver.ticket_id, at=at)
    return waiver


@transaction.atomic
def decline_waiver(*, waiver_id: int, reason: str, actor: User, at: datetime) -> PreventionWaiver:
    """Say that something must be prevented after all, and what."""
    if not (reason := clean_lines(reason)):
        raise TicketRefused("Say what should be prevented, so that somebody can begin.")
    waiver = _decide(waiver_id, WaiverStatus.DECLINED, actor=actor, at=at)
    _tell(waiver, f"Prevention is needed: {reason}", actor=actor, at=at)
    return waiver


def _decide(waiver_id: int, status: WaiverStatus, *, actor: User, at: datetime) -> PreventionWaiver:
    ticket = locked(PreventionWaiver.objects.values_list("ticket_id", flat=True).get(pk=waiver_id))
    waiver = PreventionWaiver.objects.get(pk=waiver_id)
    if waiver.status != WaiverStatus.ASKED:
        raise TicketRefused(f"This has been {waiver.get_status_display().lower()} already.")
    if waiver.requested_by_id == actor.pk:
        raise TicketRefused("You asked for it, so somebody else decides. Ask a commander or a manager.")
    if ticket.status != TicketStatus.RESTORED:
        raise TicketRefused(
            f"{ticket.reference} is {ticket.get_status_display().lower()}: there is nothing to decide."
        )
    waiver.status, waiver.decided_by, waiver.decided_at = status, actor, max(at, ticket.restored_at or at)
    waiver.save(update_fields=["status", "decided_by", "decided_at"])
    return waiver


def _tell(waiver: PreventionWaiver, text: str, *, actor: User, at: datetime) -> None:
    data = {"waiver": waiver.pk, "status": str(waiver.status)}
    timeline.record(ticket_id=waiver.ticket_id, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
