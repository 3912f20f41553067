"""Who may do what with the engine, with obligations and with schedules."""

from typing import Any

from django.db.models import QuerySet

from config.base.permissions import Role, has_role
from oncall.models import DismissedBy, MembershipRole, Obligation, Team

_ANSWERABLE = (Role.PRACTICE, Role.ADMINISTRATOR)


def can_operate(user: Any) -> bool:
    """Resend and discard dead letters: commanders, managers and administrators."""
    return has_role(user, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


def can_finish(user: Any, obligation: Obligation) -> bool:
    """Say that it is done: who owes it, anybody of the team but observers, practice owners and administrators."""
    return _owes(user, obligation) or _is_of_team(user, obligation) or has_role(user, *_ANSWERABLE)


def can_dismiss(user: Any, obligation: Obligation) -> bool:
    """Dismiss it, or put it off: those its rule names, and whoever stands above them."""
    by = obligation.rule.dismissed_by
    if by == DismissedBy.NOBODY:
        return False
    if has_role(user, *_ANSWERABLE):
        return True
    if by == DismissedBy.PRACTICE:
        return False
    if _is_of_team(user, obligation, MembershipRole.MANAGER):
        return True
    if by == DismissedBy.MANAGER:
        return False
    return _owes(user, obligation) or (obligation.owner_id is None and _is_of_team(user, obligation))


def can_postpone(user: Any, obligation: Obligation) -> bool:
    """Put it off: those who may dismiss it, and the team's managers."""
    return can_dismiss(user, obligation) or _is_of_team(user, obligation, MembershipRole.MANAGER)


def _owes(user: Any, obligation: Obligation) -> bool:
    return obligation.owner_id is not None and obligation.owner_id == user.pk


def _is_of_team(user: Any, obligation: Obligation, *roles: MembershipRole) -> bool:
    """In its team with one of these roles, or with any that acts. A person's teams are asked once a request."""
    held: dict[int, str] | None = getattr(user, "_held_memberships", None)
    if held is None:
        held = user._held_memberships = dict(user.memberships.values_list("team_id", "role"))
    wanted = roles or (MembershipRole.MANAGER, MembershipRole.RESPONDER)
    return obligation.team_id is not None and held.get(obligation.team_id) in wanted


def can_plan(user: Any, team: Team) -> bool:
    """Edit the schedules of a team: its managers, and the manager and administrator roles."""
    if has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return True
    return user.is_authenticated and team.memberships.filter(user=user, role=MembershipRole.MANAGER).exists()


def planned_teams(user: Any) -> QuerySet[Team]:
    """The teams whose schedules a person may edit, by name."""
    teams = Team.objects.order_by("name")
    if has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return teams
    return teams.filter(memberships__user=user, memberships__role=MembershipRole.MANAGER).distinct()
