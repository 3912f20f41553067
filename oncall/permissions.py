"""Who may do what with the engine and with schedules."""

from typing import Any

from django.db.models import QuerySet

from config.base.permissions import Role, has_role
from oncall.models import MembershipRole, Team


def can_operate(user: Any) -> bool:
    """Resend and discard dead letters: commanders, managers and administrators."""
    return has_role(user, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


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
