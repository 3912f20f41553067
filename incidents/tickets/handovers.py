"""Handovers between teams that the new team has not confirmed yet."""

from datetime import datetime

from incidents.models import EntryKind, Ticket
from incidents.tickets import timeline
from incidents.tickets.locking import save
from oncall.models import Membership, User


def is_of_team(ticket: Ticket, person: User) -> bool:
    """Whether the person belongs to the ticket's assigned team."""
    return Membership.objects.filter(team=ticket.team_id, user=person).exists()


def confirm(*, ticket: Ticket, actor: User, at: datetime) -> None:
    """Record that the assigned team of a locked ticket takes it; `actor` is one of the team."""
    ticket.handover_from = ticket.handed_over_at = None
    save(ticket, "handover_from", "handed_over_at", at=at)
    text = f"{actor.name} confirmed for {ticket.team.name} that it takes the ticket."
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.HANDOVER, text=text, at=at, actor=actor)


def confirm_by_work(*, ticket: Ticket, actor: User | None, at: datetime) -> None:
    """Confirm the handover of a locked ticket on which somebody of the assigned team begins to work, if it waits."""
    if ticket.handover_from_id is not None and actor is not None and is_of_team(ticket, actor):
        confirm(ticket=ticket, actor=actor, at=at)
