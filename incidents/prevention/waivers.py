"""“No prevention needed”: requested with a reason, approved or declined by somebody else."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from incidents.models import EntryKind, PreventionWaiver, TicketKind, TicketStatus, WaiverStatus
from incidents.prevention.auto_resolve import resolve_if_done
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket
from oncall.models import User
from oncall.people.programs import refuse_program


@transaction.atomic
def request_waiver(*, ticket_id: int, reason: str, actor: User, at: datetime) -> PreventionWaiver:
    """Request the decision that no prevention is needed; somebody else decides."""
    ticket = lock_ticket(ticket_id)
    reason = clean_lines(reason)
    if ticket.kind != TicketKind.INCIDENT or ticket.status != TicketStatus.RESTORED:
        raise TicketRefused(f"{ticket.reference} is not waiting for prevention. Restore the service first.")
    if not reason:
        raise TicketRefused("Say why no prevention is needed. The person who decides reads it.", field="reason")
    if ticket.waivers.filter(status=WaiverStatus.ASKED).exists():
        raise TicketRefused("This was requested already and waits for a decision.")
    waiver = PreventionWaiver.objects.create(ticket=ticket, reason=reason, requested_by=actor, requested_at=at)
    _record(waiver, f"“No prevention needed” was requested: {reason}", actor=actor, at=at)
    return waiver


@transaction.atomic
def approve_waiver(*, waiver_id: int, actor: User, at: datetime) -> PreventionWaiver:
    """Agree that no prevention is needed; the incident is resolved."""
    waiver = _decide(waiver_id, WaiverStatus.APPROVED, actor=actor, at=at)
    _record(waiver, "Approved: no prevention is needed.", actor=actor, at=at)
    resolve_if_done(ticket_id=waiver.ticket_id, at=at)
    return waiver


@transaction.atomic
def decline_waiver(*, waiver_id: int, reason: str, actor: User, at: datetime) -> PreventionWaiver:
    """Say that prevention is needed after all, and of what."""
    if not (reason := clean_lines(reason)):
        raise TicketRefused("Say what must be prevented, so that somebody can begin.", field="reason")
    waiver = _decide(waiver_id, WaiverStatus.DECLINED, actor=actor, at=at)
    _record(waiver, f"Prevention is needed: {reason}", actor=actor, at=at)
    return waiver


def _decide(waiver_id: int, status: WaiverStatus, *, actor: User, at: datetime) -> PreventionWaiver:
    refuse_program(actor, why="a person answers for this decision.", instead="Ask a commander or a manager.")
    ticket = lock_ticket(PreventionWaiver.objects.values_list("ticket_id", flat=True).get(pk=waiver_id))
    waiver = PreventionWaiver.objects.get(pk=waiver_id)
    if waiver.status != WaiverStatus.ASKED:
        raise TicketRefused(f"This request was {waiver.get_status_display().lower()} already.")
    if waiver.requested_by_id == actor.pk:
        raise TicketRefused("You requested it, so somebody else must decide. Ask a commander or a manager.")
    if ticket.status != TicketStatus.RESTORED:
        raise TicketRefused(
            f"{ticket.reference} is {ticket.get_status_display().lower()}: there is nothing to decide."
        )
    waiver.status, waiver.decided_by, waiver.decided_at = status, actor, max(at, ticket.restored_at or at)
    waiver.save(update_fields=["status", "decided_by", "decided_at"])
    return waiver


def _record(waiver: PreventionWaiver, text: str, *, actor: User, at: datetime) -> None:
    data = {"waiver": waiver.pk, "status": str(waiver.status)}
    timeline.record(ticket_id=waiver.ticket_id, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
