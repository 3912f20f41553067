"""Who may do what with the engine, obligations, the rota and other people's time off."""

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

_PRACTICE_ROLES = (Role.PRACTICE, Role.ADMINISTRATOR)


def can_operate(user: Any) -> bool:
    """Send dead letters again and discard them: commanders, managers and administrators."""
    return has_role(user, Role.COMMANDER, Role.MANAGER, Role.ADMINISTRATOR)


def can_mark_done(user: Any, obligation: Obligation) -> bool:
    """Mark it done: its assignee, the team except observers, practice owners and administrators."""
    return _is_assignee(user, obligation) or _is_team_member(user, obligation) or has_role(user, *_PRACTICE_ROLES)


def can_dismiss(user: Any, obligation: Obligation) -> bool:
    """Dismiss it: those whom its rule names, and those responsible for them."""
    dismissed_by = obligation.rule.dismissed_by
    if dismissed_by == DismissedBy.NOBODY:
        return False
    if has_role(user, *_PRACTICE_ROLES):
        return True
    if dismissed_by == DismissedBy.PRACTICE:
        return False
    if _is_team_member(user, obligation, MembershipRole.MANAGER):
        return True
    if dismissed_by == DismissedBy.MANAGER:
        return False
    return _is_assignee(user, obligation) or (obligation.owner_id is None and _is_team_member(user, obligation))


def can_postpone(user: Any, obligation: Obligation) -> bool:
    """Postpone it: those who may dismiss it, and the team's managers."""
    return can_dismiss(user, obligation) or _is_team_member(user, obligation, MembershipRole.MANAGER)


def _is_assignee(user: Any, obligation: Obligation) -> bool:
    return obligation.owner_id is not None and obligation.owner_id == user.pk


def _is_team_member(user: Any, obligation: Obligation, *roles: MembershipRole) -> bool:
    """In its team with one of these roles, by default manager or responder. Memberships are read once a request."""
    role_by_team: dict[int, str] | None = getattr(user, "_role_by_team", None)
    if role_by_team is None:
        role_by_team = user._role_by_team = dict(user.memberships.values_list("team_id", "role"))
    allowed_roles = roles or (MembershipRole.MANAGER, MembershipRole.RESPONDER)
    return obligation.team_id is not None and role_by_team.get(obligation.team_id) in allowed_roles


def can_manage_team(user: Any, team: Team) -> bool:
    """Plan the team's rota: managers, administrators, and the team's own managers."""
    return has_role(user, Role.MANAGER, Role.ADMINISTRATOR) or _role_in(user, team) == MembershipRole.MANAGER


def can_manage_rota(user: Any, schedule: Schedule) -> bool:
    """Change who is on call, in any way."""
    return can_manage_team(user, schedule.team)


def can_cover(user: Any, schedule: Schedule) -> bool:
    """Cover for others, take over on call and answer a swap: the team's managers and responders."""
    return can_manage_rota(user, schedule) or _role_in(user, schedule.team) == MembershipRole.RESPONDER


def can_override(user: Any, schedule: Schedule, op: str, people: Collection[User]) -> bool:
    """Members may put themselves on call for one person or for all; everything else is for managers."""
    if can_manage_rota(user, schedule):
        return True
    is_own = op in {OverrideOp.REPLACE, OverrideOp.SET} and {person.pk for person in people} == {user.pk}
    return is_own and can_cover(user, schedule)


def can_cancel(user: Any, row: Override) -> bool:
    """Cancel an override: its creator, and managers."""
    return row.created_by_id == user.pk or can_manage_rota(user, row.schedule)


def can_manage_time_off(user: Any, person: User) -> bool:
    """Add a person's time off: the person, and the managers of one of their teams."""
    if user.pk == person.pk or has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return True
    managed = user.memberships.filter(role=MembershipRole.MANAGER).values("team")
    return bool(person.memberships.filter(team__in=managed).exists())


def can_change_time_off(user: Any, row: Absence) -> bool:
    """Change or cancel time off."""
    return can_manage_time_off(user, row.user)


def can_approve(user: Any, swap: SwapRequest) -> bool:
    """Approve a swap: managers, but neither of the two people who swap."""
    sides = {swap.requested_by_id, swap.chosen.user_id if swap.chosen else None}
    return user.pk not in sides and can_manage_rota(user, swap.schedule)


def _role_in(user: Any, team: Team) -> str | None:
    role: str | None = team.memberships.filter(user=user).values_list("role", flat=True).first()
    return role


def managed_teams(user: Any) -> QuerySet[Team]:
    """The teams whose schedules a person may edit, sorted by name."""
    teams = Team.objects.order_by("name")
    if has_role(user, Role.MANAGER, Role.ADMINISTRATOR):
        return teams
    return teams.filter(memberships__user=user, memberships__role=MembershipRole.MANAGER).distinct()


def can_edit_calendars(user: Any) -> bool:
    """Edit calendars, which decide who is on call: managers, practice owners and administrators."""
    return has_role(user, Role.MANAGER, Role.PRACTICE, Role.ADMINISTRATOR)
