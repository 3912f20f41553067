"""Waivers: a breach stays as it is, and reports show it as waived, with its reason and who decided (K-44)."""

from datetime import datetime

from django.db import transaction

from config.base.web import display
from incidents.models import EntryKind, SlaBreach, SlaWaiver, WaiverStatus
from incidents.sla.decisions import DECISION, clean_reason, decision_obstacle, refuse_decider, stamp_decision
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket
from oncall.models import User


@transaction.atomic
def request_waiver(*, breach_id: int, reason: str, actor: User, at: datetime) -> SlaWaiver:
    """Request that a breach is waived; somebody else decides (K-44).

    Raises TicketRefused without a reason, and if one waits for a decision or was approved.
    """
    breach = SlaBreach.objects.select_related("team").get(pk=breach_id)
    breach.ticket = lock_ticket(breach.ticket_id)
    reason = clean_reason(reason, advice="Say why this breach is waived. The person who decides reads it.")
    if (earlier := breach.waivers.exclude(status=WaiverStatus.DECLINED).first()) is not None:
        is_waiting = earlier.status == WaiverStatus.ASKED
        state = "requested already and waits for a decision" if is_waiting else "approved already"
        raise TicketRefused(f"A waiver of this breach was {state}.")
    waiver = SlaWaiver.objects.create(breach=breach, reason=reason, requested_by=actor, requested_at=at)
    _record(waiver, f"A waiver was requested of {describe_breach(breach)}. Reason: {reason}", actor=actor, at=at)
    return waiver


@transaction.atomic
def approve_waiver(*, waiver_id: int, actor: User, at: datetime) -> SlaWaiver:
    """Agree that the breach is waived; the breach itself does not change.

    Raises TicketRefused for the person who requested it, for the assignee, and for one that is decided; OnlyPeople
    for a program.
    """
    waiver = _decide(waiver_id, WaiverStatus.APPROVED, actor=actor, at=at)
    people = f"Requested by {waiver.requested_by.name}, approved by {actor.name}."
    text = f"Waived: {describe_breach(waiver.breach)}. {people} Reason: {waiver.reason}"
    _record(waiver, text, actor=actor, at=at)
    return waiver


@transaction.atomic
def decline_waiver(*, waiver_id: int, reason: str, actor: User, at: datetime) -> SlaWaiver:
    """Say that the breach counts, and why; a waiver may be requested again. Raises as `approve_waiver` does."""
    advice = "Say why the breach counts, so that the person who requested the waiver knows."
    reason = clean_reason(reason, advice=advice)
    waiver = _decide(waiver_id, WaiverStatus.DECLINED, actor=actor, at=at)
    _record(waiver, f"Not waived: {describe_breach(waiver.breach)}. {reason}", actor=actor, at=at)
    return waiver


def describe_breach(breach: SlaBreach) -> str:
    """The promise, whose it was, and when it was broken, in the zone of the ticket's team."""
    team = f" of {breach.team.name}" if breach.team is not None else ""
    cycle = f", cycle {breach.cycle}" if breach.cycle > 1 else ""
    when = display.local_text(breach.breached_at, zone=breach.ticket.team.time_zone)
    return f"“{breach.get_metric_display()}” ({breach.get_kind_display()}{team}{cycle}), broken {when}"


def _decide(waiver_id: int, status: WaiverStatus, *, actor: User, at: datetime) -> SlaWaiver:
    refuse_decider(actor)
    ticket = lock_ticket(SlaWaiver.objects.values_list("breach__ticket_id", flat=True).get(pk=waiver_id))
    waiver = SlaWaiver.objects.select_related("breach__team", "requested_by").get(pk=waiver_id)
    waiver.breach.ticket = ticket
    if obstacle := decision_obstacle(waiver, ticket=ticket, actor=actor):
        raise TicketRefused(obstacle)
    stamp_decision(waiver, status, actor=actor, at=at)
    waiver.save(update_fields=DECISION)
    return waiver


def _record(waiver: SlaWaiver, text: str, *, actor: User, at: datetime) -> None:
    data = {"waiver": waiver.pk, "breach": waiver.breach_id, "status": str(waiver.status)}
    timeline.record(ticket_id=waiver.breach.ticket_id, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
