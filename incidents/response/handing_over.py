"""Handing an incident over: to the next person of the policy, who is paged, or to a person of the team."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from incidents.models import Ticket
from incidents.response.answering import assign, decline
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_unless_open
from incidents.tickets.subject import TICKET, outside_name
from oncall.messages import notices
from oncall.models import MembershipRole, User
from oncall.work import intervals


def candidates(ticket: Ticket, *, actor: User) -> "QuerySet[User]":
    """Active managers and responders of the ticket's team, without the person who hands over; by name."""
    roles = [MembershipRole.MANAGER, MembershipRole.RESPONDER]
    members = User.objects.people().filter(
        is_active=True, memberships__team=ticket.team_id, memberships__role__in=roles
    )
    return members.exclude(pk=actor.pk).distinct().order_by("name", "pk")


@transaction.atomic
def hand_over(*, ticket_id: int, to: User | None, actor: User, at: datetime) -> Ticket:
    """Give the ticket to a person of its team; without one the next step of the policy is paged now.

    The person is told by a notice, not paged, so that nobody is woken by a ticket that somebody has. The minutes of
    the person who hands over end. Raises TicketRefused for a ticket that is not open, or a person who is no candidate.
    """
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "there is nothing to hand over.")
    if to is None:
        return decline(ticket_id=ticket_id, actor=actor, at=at)
    if not candidates(ticket, actor=actor).filter(pk=to.pk).exists():
        raise TicketRefused(f"{to.name} is not a responder of {ticket.team.name}. Choose somebody of the team.")
    ticket = assign(ticket_id=ticket_id, assignee=to, actor=actor, at=at)
    intervals.stop(subject_type=TICKET, subject_id=ticket_id, user=actor, at=at)
    notices.notify(
        users=[to],
        key=f"handover:{ticket.pk}:{at.timestamp():.6f}",
        title=f"{ticket.reference} was handed over to you",
        text=lambda _: f"{actor.name} has handed {outside_name(ticket)} over to you. It is assigned to you now.",
        path=f"{ticket.get_absolute_url()}respond/",
        at=at,
    )
    return ticket
