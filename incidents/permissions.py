"""Who may do what with tickets; portal, API and admin ask the same questions."""

from typing import TYPE_CHECKING

from config.base.data.roles import Role, has_role
from incidents.models import PreventionWaiver, Ticket, TicketKind, Visibility

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User

ACTING = (Role.AGENT, Role.RESPONDER, Role.COMMANDER, Role.MANAGER)


def can_declare(user: "User | AnonymousUser") -> bool:
    """Everybody who is signed in may raise the alarm."""
    return user.is_authenticated


def can_see(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether the record exists for this person."""
    if user.is_authenticated and ticket.visibility == Visibility.OPEN:
        return True
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def can_act(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Agents, responders, commanders and managers act on the tickets they can see."""
    return has_role(user, *ACTING) and (ticket is None or can_see(user, ticket))


def can_publish(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Commanders, agents and managers speak to customers, about tickets they can see."""
    speaking = has_role(user, Role.COMMANDER, Role.AGENT, Role.MANAGER)
    return speaking and (ticket is None or (ticket.kind == TicketKind.INCIDENT and can_see(user, ticket)))


def can_decide(user: "User | AnonymousUser", waiver: PreventionWaiver) -> bool:
    """Commanders, managers and practice owners agree that nothing is prevented; never who asked for it."""
    may = has_role(user, Role.COMMANDER, Role.MANAGER, Role.PRACTICE)
    return may and user.pk != waiver.requested_by_id and can_see(user, waiver.ticket)


def reads_as_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether the person asked for help and does not work on tickets."""
    return ticket.requester is not None and ticket.requester.user_id == user.pk and not has_role(user, *ACTING)


def can_see_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """The requester block is for agents, the team that owns the ticket, and the requester."""
    if not user.is_authenticated:
        return False
    if has_role(user, Role.AGENT):
        return True
    if ticket.requester is not None and ticket.requester.user_id == user.pk:
        return True
    return ticket.opened_by_id == user.pk or ticket.team_id in _teams(user)


def _teams(user: "User") -> set[int]:
    """The ids of the person's teams, asked once a request, so that a list asks once."""
    held: set[int] | None = getattr(user, "_held_teams", None)
    if held is None:
        held = set(user.memberships.values_list("team_id", flat=True))
        user._held_teams = held  # type: ignore[attr-defined]  # kept on the person for one request
    return held


def can_configure(user: "User | AnonymousUser") -> bool:
    """Integrations and catalog: managers, practice owners and administrators."""
    return has_role(user, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)
