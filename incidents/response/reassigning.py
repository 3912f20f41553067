"""Giving a ticket to another team, which confirms that it takes it or gives it back."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from incidents.customers.obligations import reassign_updates
from incidents.models import EntryKind, Ticket
from incidents.response.paging import end_paging, page_team
from incidents.response.privacy import hide_for_team
from incidents.tickets import clock_facts, handovers, timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_unless_open, save
from oncall.models import Team, User


@transaction.atomic
def reassign(*, ticket_id: int, team: Team, reason: str, actor: User | None, at: datetime) -> Ticket:
    """Assign the ticket to another team, which is paged; number and timeline stay.

    It becomes private if the tickets of that team are private by default.

    The previous team's escalation ends, and the new team must acknowledge. Until somebody of it confirms, by
    `confirm_handover` or by beginning to work, the ticket says so.
    """
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "reopen it first.")
    if ticket.team == team:
        raise TicketRefused(f"{ticket.reference} is assigned to {team.name} already.")
    before = ticket.team
    ticket.handover_from, ticket.handed_over_at = before, at
    text = f"Reassigned from {before.name} to {team.name}. {reason}".strip()
    _give_to_team(ticket, team, text=text, at=at, actor=actor)
    return ticket


@transaction.atomic
def confirm_handover(*, ticket_id: int, actor: User, at: datetime) -> Ticket:
    """Say for the assigned team that it takes the ticket which another team handed over.

    Raises TicketRefused where nothing waits for it, and for people of other teams.
    """
    ticket = lock_ticket(ticket_id)
    _sender(ticket, actor, "confirm that it takes")
    handovers.confirm(ticket=ticket, actor=actor, at=at)
    return ticket


@transaction.atomic
def give_back(*, ticket_id: int, reason: str, actor: User, at: datetime) -> Ticket:
    """Return an unconfirmed ticket to the team that handed it over, which is paged; the reason says why.

    That team had it before, so it is not asked to confirm. Raises TicketRefused where nothing was handed over, and for
    people of other teams.
    """
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "there is nothing to give back.")
    reason = clean_lines(reason)
    if not reason:
        raise TicketRefused("Say why your team gives it back, so that the other one can help.", field="reason")
    before, team = ticket.team, _sender(ticket, actor, "give back")
    ticket.handover_from = ticket.handed_over_at = None
    text = f"Given back from {before.name} to {team.name}. {reason}"
    _give_to_team(ticket, team, text=text, at=at, actor=actor)
    return ticket


def _sender(ticket: Ticket, actor: User, words: str) -> Team:
    if ticket.handover_from is None:
        raise TicketRefused(
            f"{ticket.reference} waits for no confirmation: {ticket.team.name} has confirmed it, or had it from the"
            " beginning. To move it, reassign it."
        )
    if not handovers.is_of_team(ticket, actor):
        raise TicketRefused(f"Only people of {ticket.team.name} can {words} {ticket.reference}.")
    return ticket.handover_from


def _give_to_team(ticket: Ticket, team: Team, *, text: str, at: datetime, actor: User | None) -> None:
    before = ticket.team
    end_paging(ticket=ticket, at=at, actor=actor, team=before)
    ticket.team, ticket.assignee = team, None
    ticket.reassignments += 1
    save(ticket, "team", "assignee", "reassignments", "handover_from", "handed_over_at", at=at)
    reassign_updates(ticket, at=at)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.HANDOVER,
        text=text,
        at=at,
        actor=actor,
        data={"from": before.pk, "to": team.pk},
        facts=clock_facts.changed("team", team),
    )
    hide_for_team(ticket=ticket, actor=actor, at=at)
    if ticket.severity.pages:
        page_team(ticket=ticket, team=team, at=at)
