"""Who may do what with the engine, obligations, the rota and other people's leave."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from config.base.data.roles import Role, has_role
from oncall.models import (
    Absence,
    DismissedBy,
    MembershipRole,
    Obligation,
    Override,
    OverrideOp,
    Schedule,
    SwapRequest,
    Team,
    User,
)

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


def planned_teams(user: Any) -> QuerySet[Team]:
    """The teams whose schedules a person may edit, by name."""
    teams = Team.objects.order_by("name")
    if has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return teams
    return teams.filter(memberships__user=user, memberships__role=MembershipRole.MANAGER).distinct()


def can_keep_calendars(user: Any) -> bool:
    """Change calendars, which decide who stands by: managers, practice owners and administrators."""
    return has_role(user, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)
