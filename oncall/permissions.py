"""Who may do what with the engine, the rota and other people's leave."""

from collections.abc import Collection
from typing import Any

from config.base.permissions import Role, has_role
from oncall.models import Absence, MembershipRole, Override, OverrideOp, Schedule, SwapRequest, Team, User


def can_operate(user: Any) -> bool:
    """Resend and discard dead letters: commanders, managers and administrators."""
    return has_role(user, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


def can_manage_team(user: Any, team: Team) -> bool:
    """Arrange other people's time: managers, administrators, and the team's own managers."""
    return has_role(user, Role.MANAGER, Role.ADMINISTRATOR) or _role_in(user, team) == MembershipRole.MANAGER


def can_manage_rota(user: Any, schedule: Schedule) -> bool:
    """Change who stands by, in any way."""
    return can_manage_team(user, schedule.team)


def can_stand_in(user: Any, schedule: Schedule) -> bool:
    """Cover for others, take the pager and answer a swap: the team's own people who answer pages."""
    return can_manage_rota(user, schedule) or _role_in(user, schedule.team) == MembershipRole.RESPONDER


def can_override(user: Any, schedule: Schedule, op: str, people: Collection[User]) -> bool:
    """Members put themselves in for one or for all; everything else is for managers."""
    if can_manage_rota(user, schedule):
        return True
    is_own = op in {OverrideOp.REPLACE, OverrideOp.SET} and {one.pk for one in people} == {user.pk}
    return is_own and can_stand_in(user, schedule)


def can_cancel(user: Any, row: Override) -> bool:
    """Take an override back: who made it, and managers."""
    return row.created_by_id == user.pk or can_manage_rota(user, row.schedule)


def can_arrange_leave(user: Any, person: User) -> bool:
    """Write a person's leave: the person, and the managers of one of their teams."""
    if user.pk == person.pk or has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return True
    managed = user.memberships.filter(role=MembershipRole.MANAGER).values("team")
    return bool(person.memberships.filter(team__in=managed).exists())


def can_change_leave(user: Any, row: Absence) -> bool:
    """Change or cancel a leave."""
    return can_arrange_leave(user, row.user)


def can_approve(user: Any, swap: SwapRequest) -> bool:
    """Agree to a swap: managers, but none of the two it is between."""
    sides = {swap.requested_by_id, swap.chosen.user_id if swap.chosen else None}
    return user.pk not in sides and can_manage_rota(user, swap.schedule)


def _role_in(user: Any, team: Team) -> str | None:
    found: str | None = team.memberships.filter(user=user).values_list("role", flat=True).first()
    return found
