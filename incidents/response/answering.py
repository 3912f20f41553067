"""What responders do when they are paged: acknowledge, take over, assign, decline, or call another team."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from incidents.alerts import status
from incidents.customers.obligations import reassign_updates
from incidents.models import EntryKind, Ticket, TicketStatus
from incidents.response.choosing import choose_answered, choose_declined, lock_running
from incidents.response.paging import SUBJECT, begin_work, page_team
from incidents.tickets import clock_facts, handovers, timeline
from incidents.tickets.changes import record_change
from incidents.tickets.locking import TicketRefused, lock_ticket, move, refuse_absent_person, refuse_unless_open, save
from incidents.tickets.status import INCIDENT
from oncall import escalation
from oncall.models import Escalation, EscalationState, Team, User
from oncall.people.programs import refuse_program
from oncall.work import intervals

_WAITS_FOR_A_PERSON = "paging goes on until a person says that they are on it."
_INSTEAD = "Assign the ticket to a person, or use the token of the person who answers."


@transaction.atomic
def acknowledge(*, ticket_id: int, actor: User | None, at: datetime, escalation_id: int | None = None) -> Ticket:
    """Say "I am on it": the escalations that this answer is for stop paging; other teams go on being paged (R-E7a).

    `escalation_id` is that of a page's link; a sender has no actor. A person who answers after somebody else changes
    nothing. Raises IllegalMove once it is restored, TicketRefused if the link's escalation has ended, OnlyPeople.
    """
    refuse_program(actor, why=_WAITS_FOR_A_PERSON, instead=_INSTEAD)
    ticket = _lock_open(ticket_id)
    rows = lock_running(ticket)
    if escalation_id is not None and all(row.pk != escalation_id for row in rows):
        raise TicketRefused("This page needs no answer any more: its team is not being paged. Sign in to do more.")
    _acknowledge(ticket, rows, actor=actor, at=at, escalation_id=escalation_id)
    return lock_ticket(ticket_id)


def _lock_open(ticket_id: int) -> Ticket:
    ticket = lock_ticket(ticket_id)
    if not ticket.is_open:
        INCIDENT.check(ticket.status, TicketStatus.ACKNOWLEDGED)
    return ticket


def _acknowledge(
    ticket: Ticket, rows: Sequence[Escalation], *, actor: User | None, at: datetime, escalation_id: int | None
) -> None:
    chosen = choose_answered(ticket, rows, actor=actor, escalation_id=escalation_id)
    ringing = [row for row in chosen if row.state == EscalationState.TRIGGERED]
    for row in ringing:
        escalation.acknowledge(escalation_id=row.pk, at=at, actor=actor)
    if ringing:
        return
    if ticket.status == TicketStatus.NEW:
        note_acknowledged(ticket_id=ticket.pk, actor=actor, at=at)
    elif actor is not None and ticket.assignee is None:
        # Only the sender has acknowledged, so nobody has it: the first person who answers does.
        unowned = [row for row in chosen if row.state == EscalationState.ACKNOWLEDGED and not row.acknowledged_by]
        for row in unowned:
            escalation.hand_over(escalation_id=row.pk, at=at, actor=actor)
            note_acknowledged(ticket_id=ticket.pk, actor=actor, at=at, team=row.team)


@transaction.atomic
def note_acknowledged(*, ticket_id: int, actor: User | None, at: datetime, team: Team | None = None) -> Ticket:
    """Record one acknowledgement, of `team` if its escalation was acknowledged, each with its line on the timeline.

    The first one moves the status and is stamped. An unassigned ticket goes to the person, whose minutes count.
    """
    ticket = lock_ticket(ticket_id)
    name = actor.name if actor else "the sender of the alert"
    text = f"Acknowledged by {name} for {team.name}." if team else f"Acknowledged by {name}."
    if ticket.status == TicketStatus.NEW:
        stamp = ticket.acknowledged_at or at
        move(
            ticket, TicketStatus.ACKNOWLEDGED, at=at, actor=actor, text=text, answering_team=team,
            acknowledged_at=stamp,
        )  # fmt: skip
        status.mark_acknowledged(ticket_id=ticket.pk)
    else:
        facts = clock_facts.acknowledged(team)
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ESCALATION, text=text, at=at, actor=actor, facts=facts)
    handovers.confirm_by_work(ticket=ticket, actor=actor, at=at)
    if actor is not None and ticket.is_open:
        if ticket.assignee is None:
            _give_to(ticket, actor, at=at)
        begin_work(ticket=ticket, user=actor, at=at)
    return ticket


def _give_to(ticket: Ticket, assignee: User | None, *, at: datetime) -> None:
    ticket.assignee = assignee
    save(ticket, "assignee", at=at)
    reassign_updates(ticket, at=at)


@transaction.atomic
def take_over(*, ticket_id: int, actor: User, at: datetime, escalation_id: int | None = None) -> Ticket:
    """Become the assignee, also where somebody else has acknowledged: the minutes of the person before end.

    What rings is acknowledged as by `acknowledge`; acknowledgements of the person before, or of a sender, are the
    actor's from now on.
    """
    refuse_program(actor, why=_WAITS_FOR_A_PERSON, instead=_INSTEAD)
    ticket = _lock_open(ticket_id)
    previous = ticket.assignee
    rows = lock_running(ticket)
    _acknowledge(ticket, rows, actor=actor, at=at, escalation_id=escalation_id)
    for row in rows:
        if row.state == EscalationState.ACKNOWLEDGED and row.acknowledged_by in {previous, None}:
            escalation.hand_over(escalation_id=row.pk, at=at, actor=actor)
    if previous is not None and previous != actor:
        intervals.stop(subject_type=SUBJECT, subject_id=ticket_id, user=previous, at=at)
    ticket = assign(ticket_id=ticket.pk, assignee=actor, actor=actor, at=at)
    begin_work(ticket=ticket, user=actor, at=at)
    return ticket


@transaction.atomic
def decline(
    *, ticket_id: int, actor: User, at: datetime, reason: str = "", escalation_id: int | None = None
) -> Ticket:
    """Say "I can't": the next step of the policy is paged now, and the actor's own calls end (R-E7a).

    For a person whom it rings, or who has acknowledged: then the acknowledgement is taken back, and the person is
    no longer the assignee. `escalation_id` is that of a page's link. Raises TicketRefused, with the reason, if
    somebody else has acknowledged or it did not ring the actor.
    """
    refuse_program(actor, why=_WAITS_FOR_A_PERSON, instead=_INSTEAD)
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "nobody needs to respond.")
    rows = lock_running(ticket)
    chosen = choose_declined(ticket, rows, actor=actor, escalation_id=escalation_id)
    for row in chosen:
        escalation.decline(escalation_id=row.pk, at=at, actor=actor)
        team = f" for {row.team.name}" if row.team else ""
        text = f"{actor.name} cannot take it{team}; the next person is paged. {reason}".strip()
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ESCALATION, text=text, at=at, actor=actor)
    if not any(row.acknowledged_by_id == actor.pk for row in rows if row not in chosen):
        intervals.stop(subject_type=SUBJECT, subject_id=ticket.pk, user=actor, at=at)
        if ticket.assignee == actor:
            ticket = assign(ticket_id=ticket.pk, assignee=None, actor=actor, at=at)
    return ticket


@transaction.atomic
def start_work(*, ticket_id: int, actor: User, at: datetime) -> Ticket:
    """Begin to work on it; what still rings the actor, or the actor's team, is acknowledged."""
    refuse_program(actor, why=_WAITS_FOR_A_PERSON, instead=_INSTEAD)
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "reopen it first.")
    if ticket.status in {TicketStatus.NEW, TicketStatus.ACKNOWLEDGED}:
        ticket = acknowledge(ticket_id=ticket_id, actor=actor, at=at)
    move(
        ticket,
        TicketStatus.IN_PROGRESS,
        at=at,
        actor=actor,
        text=f"{actor.name} started work.",
        work_started_at=ticket.work_started_at or at,
    )
    handovers.confirm_by_work(ticket=ticket, actor=actor, at=at)
    begin_work(ticket=ticket, user=actor, at=at)
    return ticket


@transaction.atomic
def assign(*, ticket_id: int, assignee: User | None, actor: User | None, at: datetime) -> Ticket:
    """Give the ticket to a person, or to nobody."""
    ticket = lock_ticket(ticket_id)
    refuse_absent_person(assignee, field="assignee")
    if ticket.assignee != assignee:
        before = ticket.assignee
        _give_to(ticket, assignee, at=at)
        text = f"Assigned to {assignee.name}." if assignee else "Assigned to nobody."
        record_change(
            ticket_id=ticket.pk, field="assignee", before=before, after=assignee, text=text, actor=actor, at=at
        )
        if assignee is not None:
            handovers.confirm_by_work(ticket=ticket, actor=actor, at=at)
    return ticket


@transaction.atomic
def add_responders(*, ticket_id: int, team: Team, actor: User | None, at: datetime) -> Ticket:
    """Add another team: its people are paged by its own policy, with its own acknowledgement (S4)."""
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "reopen it first.")
    if page_team(ticket=ticket, team=team, at=at) is None:
        raise TicketRefused(f"{team.name} responds already.")
    text = f"{team.name} was added as responders."
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.ESCALATION, text=text, at=at, actor=actor)
    return ticket
