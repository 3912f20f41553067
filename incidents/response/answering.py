"""What responders do when they are paged: acknowledge, take over, assign, decline, or call another team."""

from datetime import datetime

from django.db import transaction

from incidents.alerts import status
from incidents.customers.obligations import reassign_updates
from incidents.models import EntryKind, Ticket, TicketStatus
from incidents.response.paging import SUBJECT, begin_work, page_team, running
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, move, refuse_unless_open, save
from incidents.tickets.status import INCIDENT
from oncall import escalation
from oncall.models import EscalationState, Team, User
from oncall.work import intervals


@transaction.atomic
def acknowledge(*, ticket_id: int, actor: User | None, at: datetime) -> Ticket:
    """Say "I am on it": every escalation of the ticket that is still paging is acknowledged.

    Acknowledging again, or a ticket in progress, changes nothing. Raises IllegalMove once it is restored.
    """
    ticket = lock_ticket(ticket_id)
    if not ticket.is_open:
        INCIDENT.check(ticket.status, TicketStatus.ACKNOWLEDGED)
    paging = running(ticket).filter(state=EscalationState.TRIGGERED)
    for pk in list(paging.values_list("pk", flat=True)):
        escalation.acknowledge(escalation_id=pk, at=at, actor=actor)
    return note_acknowledged(ticket_id=ticket_id, actor=actor, at=at)


@transaction.atomic
def note_acknowledged(*, ticket_id: int, actor: User | None, at: datetime) -> Ticket:
    """Stamp the first acknowledgement, give an unassigned ticket to the person, and count their minutes."""
    ticket = lock_ticket(ticket_id)
    if ticket.status == TicketStatus.NEW:
        name = actor.name if actor else "the sender of the alert"
        move(
            ticket,
            TicketStatus.ACKNOWLEDGED,
            at=at,
            actor=actor,
            text=f"Acknowledged by {name}.",
            acknowledged_at=ticket.acknowledged_at or at,
        )
        status.mark_acknowledged(ticket_id=ticket.pk)
    if actor is not None and ticket.is_open:
        if ticket.assignee is None:
            ticket.assignee = actor
            save(ticket, "assignee", at=at)
            reassign_updates(ticket, at=at)
        begin_work(ticket=ticket, user=actor, at=at)
    return ticket


@transaction.atomic
def take_over(*, ticket_id: int, actor: User, at: datetime) -> Ticket:
    """Become the assignee: the ticket is acknowledged, and the minutes of the person before end."""
    previous = lock_ticket(ticket_id).assignee
    ticket = acknowledge(ticket_id=ticket_id, actor=actor, at=at)
    if previous is not None and previous != actor:
        intervals.stop(subject_type=SUBJECT, subject_id=ticket_id, user=previous, at=at)
    return assign(ticket_id=ticket.pk, assignee=actor, actor=actor, at=at)


@transaction.atomic
def decline(*, ticket_id: int, actor: User, at: datetime, reason: str = "") -> Ticket:
    """Say "I can't": the next step of the policy is paged now, and your own pending pages end."""
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "nobody needs to respond.")
    rows = running(ticket).filter(pages__user=actor).distinct()
    for pk in list(rows.values_list("pk", flat=True)):
        escalation.escalate_now(escalation_id=pk, at=at, actor=actor)
    text = f"{actor.name} cannot take it; the next person is paged."
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.ESCALATION,
        text=f"{text} {reason}".strip(),
        at=at,
        actor=actor,
    )
    return ticket


@transaction.atomic
def start_work(*, ticket_id: int, actor: User, at: datetime) -> Ticket:
    """Begin to work on it."""
    ticket = lock_ticket(ticket_id)
    if ticket.status == TicketStatus.NEW:
        ticket = acknowledge(ticket_id=ticket_id, actor=actor, at=at)
    move(
        ticket,
        TicketStatus.IN_PROGRESS,
        at=at,
        actor=actor,
        text=f"{actor.name} started work.",
        work_started_at=ticket.work_started_at or at,
    )
    begin_work(ticket=ticket, user=actor, at=at)
    return ticket


@transaction.atomic
def assign(*, ticket_id: int, assignee: User | None, actor: User | None, at: datetime) -> Ticket:
    """Give the ticket to a person, or to nobody."""
    ticket = lock_ticket(ticket_id)
    if assignee is not None and not assignee.is_active:
        raise TicketRefused(f"{assignee.name}'s account is closed. Choose somebody else.")
    if ticket.assignee != assignee:
        ticket.assignee = assignee
        save(ticket, "assignee", at=at)
        reassign_updates(ticket, at=at)
        text = f"Assigned to {assignee.name}." if assignee else "Assigned to nobody."
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor)
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
