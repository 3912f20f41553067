"""Who may do what with tickets; portal, API and admin use the same functions."""

from typing import TYPE_CHECKING

from config.base.data.roles import Role, has_role
from incidents.models import PreventionWaiver, Ticket, TicketKind, Visibility

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User

ACTING_ROLES = (Role.AGENT, Role.RESPONDER, Role.COMMANDER, Role.MANAGER)


def can_declare(user: "User | AnonymousUser") -> bool:
    """Everybody who is signed in may declare an incident."""
    return user.is_authenticated


def can_see(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether this person may see the ticket."""
    if user.is_authenticated and ticket.visibility == Visibility.OPEN:
        return True
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def can_act(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Agents, responders, commanders and managers act on the tickets they can see."""
    return has_role(user, *ACTING_ROLES) and (ticket is None or can_see(user, ticket))


def can_publish(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Commanders, agents and managers write customer updates, about tickets they can see."""
    has_publishing_role = has_role(user, Role.COMMANDER, Role.AGENT, Role.MANAGER)
    return has_publishing_role and (ticket is None or (ticket.kind == TicketKind.INCIDENT and can_see(user, ticket)))


def can_decide(user: "User | AnonymousUser", waiver: PreventionWaiver) -> bool:
    """Commanders, managers and practice owners decide on waivers; never the person who requested it."""
    can_approve = has_role(user, Role.COMMANDER, Role.MANAGER, Role.PRACTICE)
    return can_approve and user.pk != waiver.requested_by_id and can_see(user, waiver.ticket)


def reads_as_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether the person is the requester and does not work on tickets."""
    return ticket.requester is not None and ticket.requester.user_id == user.pk and not has_role(user, *ACTING_ROLES)


def can_see_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Agents, the assigned team, the person who opened it and the requester see the requester's details."""
    if not user.is_authenticated:
        return False
    if has_role(user, Role.AGENT):
        return True
    if ticket.requester is not None and ticket.requester.user_id == user.pk:
        return True
    return ticket.opened_by_id == user.pk or ticket.team_id in _team_ids(user)


def _team_ids(user: "User") -> set[int]:
    """The ids of the person's teams, queried once a request, also for a list."""
    cached: set[int] | None = getattr(user, "_cached_team_ids", None)
    if cached is None:
        cached = set(user.memberships.values_list("team_id", flat=True))
        user._cached_team_ids = cached  # type: ignore[attr-defined]  # cached on the user for one request
    return cached


def can_configure(user: "User | AnonymousUser") -> bool:
    """Managers, practice owners and administrators configure integrations and the service catalogue."""
    return has_role(user, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)
