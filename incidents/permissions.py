"""Who may do what to a ticket; portal and API ask the same functions."""

from typing import Any

from config.base.permissions import Role, has_role
from incidents.models import Ticket

_ACTING = (Role.AGENT, Role.RESPONDER, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


def can_declare(user: Any) -> bool:
    """Anybody who is signed in may report trouble."""
    return bool(user.is_authenticated)


def can_act(user: Any, ticket: Ticket) -> bool:
    """Whether the person may answer, change and end a ticket that they can see."""
    return has_role(user, *_ACTING)


def can_see_contacts(user: Any) -> bool:
    """Whether the person may read the directory of requesters."""
    return has_role(user, Role.AGENT, Role.ADMINISTRATOR)


def can_see_requester(user: Any, ticket: Ticket) -> bool:
    """Whether the person may read who asked: agents, the team that owns the ticket, and the requester."""
    if can_see_contacts(user):
        return True
    if ticket.requester is not None and ticket.requester.user_id == user.pk:
        return True
    return ticket.team_id in _teams(user)


def _teams(user: Any) -> set[int]:
    """The ids of the person's teams, asked once a request."""
    held: set[int] | None = getattr(user, "_held_teams", None)
    if held is None:
        held = user._held_teams = set(user.memberships.values_list("team_id", flat=True))
    return held
