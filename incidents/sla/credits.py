"""Excluded time: minutes of a ticket that no clock counts, requested by one person and approved by another (K-43).

In the tables and for programs it is a credit. Definitions are never back-dated: what was wrong about the past, as a
holiday that nobody had entered, is corrected on the tickets it touched.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from config.base.data.clock import floor_minute
from config.base.web import display
from incidents.models import EntryKind, SlaCredit, Ticket, WaiverStatus
from incidents.sla.decisions import DECISION, clean_reason, decision_obstacle, refuse_decider, stamp_decision
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import TicketRefused, lock_ticket
from oncall.models import User

MAX_DAYS = 90
"""How long one excluded time may be."""
OVERLAP = "incidents_slacredit_no_overlap"
"""The constraint that refuses two excluded times over the same minutes of a ticket."""
WHY_EXCLUDE = "Say why these minutes do not count. The person who decides reads it."
WHY_DECLINE = "Say why these minutes count, so that the person who requested it knows."


@transaction.atomic
def request_credit(
    *, ticket_id: int, starts_at: datetime, ends_at: datetime, reason: str, actor: User, at: datetime
) -> SlaCredit:
    """Request that `[starts_at, ends_at)`, whole minutes that are over, is excluded; somebody else decides (K-43).

    Raises TicketRefused, on the field that is wrong: an end before the start, seconds, minutes to come or before the
    ticket began, more than 90 days, minutes that are excluded or requested already, no reason.
    """
    ticket = lock_ticket(ticket_id)
    check_span(starts_at=starts_at, ends_at=ends_at, at=at)
    reason = clean_reason(reason, advice=WHY_EXCLUDE)
    if starts_at < (begins_at := counts_from(ticket)):
        raise TicketRefused(
            f"{ticket.reference} began on {display.local_text(begins_at)}. Start then or later.", field="starts_at"
        )
    credit = SlaCredit(
        ticket=ticket, starts_at=starts_at, ends_at=ends_at, reason=reason, requested_by=actor, requested_at=at
    )
    if (other := overlapping(ticket, starts_at=starts_at, ends_at=ends_at)) is not None:
        raise TicketRefused(overlap_text(other), field="starts_at")
    try:
        with transaction.atomic():
            credit.save(force_insert=True)
    except IntegrityError as error:
        # A batch takes no lock of the ticket, so one may have been first all the same.
        if OVERLAP not in str(error):
            raise
        raise TicketRefused(overlap_text(None), field="starts_at") from None
    record_request(credit, actor=actor, at=at)
    return credit


@transaction.atomic
def approve_credit(*, credit_id: int, actor: User, at: datetime) -> SlaCredit:
    """Agree that the minutes do not count; the ticket's clocks are computed again without them (K-32, K-43).

    Raises TicketRefused for the person who requested it, for the assignee, and for one that is decided; OnlyPeople
    for a program. A breach that history no longer shows stays, and reads that it does not hold (K-40).
    """
    credit = _decide(credit_id, WaiverStatus.APPROVED, actor=actor, at=at)
    record_approval(credit, at=at)
    return credit


@transaction.atomic
def decline_credit(*, credit_id: int, reason: str, actor: User, at: datetime) -> SlaCredit:
    """Say that the minutes count, and why; they may be requested again. Raises as `approve_credit` does."""
    reason = clean_reason(reason, advice=WHY_DECLINE)
    credit = _decide(credit_id, WaiverStatus.DECLINED, actor=actor, at=at)
    record_refusal(credit, reason=reason, at=at)
    return credit


def check_span(*, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raise TicketRefused, on the field that is wrong, for a span that no ticket can have excluded."""
    for field, value in (("starts_at", starts_at), ("ends_at", ends_at)):
        if value != floor_minute(value):
            raise TicketRefused("Write the time to the minute, without seconds.", field=field)
    if ends_at <= starts_at:
        raise TicketRefused("The end must be after the start.", field="ends_at")
    if ends_at > at:
        raise TicketRefused(
            f"These minutes are not over yet. End at {display.local_text(floor_minute(at))} or earlier, and correct"
            " the calendar for what comes.",
            field="ends_at",
        )
    if ends_at - starts_at > timedelta(days=MAX_DAYS):
        raise TicketRefused(f"This is more than {MAX_DAYS} days. Exclude fewer at once.", field="ends_at")


def counts_from(ticket: Ticket) -> datetime:
    """The first minute that a clock of the ticket may count: its opening, or its impact if that began earlier."""
    return floor_minute(min(ticket.opened_at or ticket.created_at, ticket.impact_started_at))


def overlapping(ticket: Ticket, *, starts_at: datetime, ends_at: datetime) -> SlaCredit | None:
    """An excluded time of the ticket, approved or waiting, that shares a minute with `[starts_at, ends_at)`."""
    rows = ticket.sla_credits.exclude(status=WaiverStatus.DECLINED)
    return rows.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at", "pk").first()


def overlap_text(other: SlaCredit | None) -> str:
    """Why minutes cannot be excluded again, in the reader's zone."""
    when = f", {display.period_text(other.starts_at, other.ends_at)}" if other is not None else ""
    return f"These minutes overlap another excluded time of this ticket{when}. Choose minutes outside of it."


def period(credit: SlaCredit) -> str:
    """From when to when, in the zone of the ticket's team: what is written into the timeline is the same for all."""
    return display.period_text(credit.starts_at, credit.ends_at, zone=credit.ticket.team.time_zone)


def record_request(credit: SlaCredit, *, actor: User, at: datetime) -> None:
    """Note on the ticket's timeline that it was requested."""
    text = f"Excluded time was requested: {period(credit)}. Reason: {credit.reason}"
    timeline.record(
        ticket_id=credit.ticket_id, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=_data(credit)
    )


def record_approval(credit: SlaCredit, *, at: datetime) -> None:
    """Note on the ticket's timeline that it was approved; clocks read the fact of this entry."""
    people = f"Requested by {credit.requested_by.name}, approved by {_name(credit.decided_by)}."
    timeline.record(
        ticket_id=credit.ticket_id,
        kind=EntryKind.CHANGE,
        text=f"Excluded from the clocks: {period(credit)}. {people} Reason: {credit.reason}",
        at=at,
        actor=credit.decided_by,
        data=_data(credit),
        facts=clock_facts.credit(credit.starts_at, credit.ends_at),
    )


def record_refusal(credit: SlaCredit, *, reason: str, at: datetime) -> None:
    """Note on the ticket's timeline that it was declined, and why."""
    text = f"Not excluded from the clocks: {period(credit)}. {reason}"
    timeline.record(
        ticket_id=credit.ticket_id, kind=EntryKind.CHANGE, text=text, at=at, actor=credit.decided_by,
        data=_data(credit),
    )  # fmt: skip


def _decide(credit_id: int, status: WaiverStatus, *, actor: User, at: datetime) -> SlaCredit:
    refuse_decider(actor)
    ticket = lock_ticket(SlaCredit.objects.values_list("ticket_id", flat=True).get(pk=credit_id))
    # Locked as well: a batch decides without the ticket's lock.
    credit = (
        SlaCredit.objects.select_for_update(no_key=True, of=("self",)).select_related("requested_by").get(pk=credit_id)
    )
    credit.ticket = ticket
    if obstacle := decision_obstacle(credit, ticket=ticket, actor=actor):
        raise TicketRefused(obstacle)
    stamp_decision(credit, status, actor=actor, at=at)
    credit.save(update_fields=DECISION)
    return credit


def _name(person: User | None) -> str:
    return str(person.name) if person is not None else "somebody"


def _data(credit: SlaCredit) -> Mapping[str, object]:
    return {"credit": credit.pk, "status": str(credit.status)}
