"""Who may do what with postmortems; portal, API and admin use the same rules."""

from typing import TYPE_CHECKING

from config.base.data.roles import Role, has_role
from incidents import permissions as tickets

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from oncall.models import User
    from postmortems.models import Postmortem

APPROVING = (Role.COMMANDER, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)


def can_write(user: "User | AnonymousUser", postmortem: "Postmortem | None" = None) -> bool:
    """People who act on tickets write postmortems of incidents that they can see."""
    return tickets.can_act(user, postmortem.ticket if postmortem else None)


def can_comment(user: "User | AnonymousUser", postmortem: "Postmortem") -> bool:
    """Everybody who can see the incident may comment."""
    return tickets.can_see(user, postmortem.ticket)


def can_approve(user: "User | AnonymousUser", postmortem: "Postmortem") -> bool:
    """Commanders, managers, practice owners and administrators approve, publish and close."""
    return has_role(user, *APPROVING) and tickets.can_see(user, postmortem.ticket)
