"""What the table of rights does not say alone: rules about the record, beside the right to act on it."""

from collections.abc import Collection

from django.db.models import QuerySet

from config.base.data import rights
from oncall.models import (
    Absence,
    DismissedBy,
    Membership,
    MembershipRole,
    Obligation,
    Override,
    OverrideOp,
    Schedule,
    SwapRequest,
    Team,
    User,
)


def can_operate(user: User) -> bool:
    """Send dead letters again and discard them."""
    return bool(user.has_perm("oncall.change_page"))


def can_mark_done(user: User, obligation: Obligation) -> bool:
    """Mark it done: its assignee and the team except observers too."""
    return bool(user.has_perm("oncall.complete_obligation", obligation))


def can_dismiss(user: User, obligation: Obligation) -> bool:
    """Dismiss it: those whom its rule names, and those responsible for them."""
    dismissed_by = obligation.rule.dismissed_by
    if dismissed_by == DismissedBy.NOBODY:
        return False
    if user.has_perm("oncall.dismiss_obligation", obligation):
        return True
    if dismissed_by == DismissedBy.PRACTICE:
        return False
    role = _role_in(user, obligation.team_id)
    if role == MembershipRole.MANAGER:
        return True
    if dismissed_by == DismissedBy.MANAGER:
        return False
    return obligation.owner_id == user.pk or (obligation.owner_id is None and role == MembershipRole.RESPONDER)


def can_postpone(user: User, obligation: Obligation) -> bool:
    """Postpone it: those who may dismiss it, and the team's managers."""
    return can_dismiss(user, obligation) or bool(user.has_perm("oncall.postpone_obligation", obligation))


def can_manage_team(user: User, team: Team) -> bool:
    """Plan the team's rota."""
    return bool(user.has_perm("oncall.add_schedule", Schedule(team=team)))


def can_change_member(user: User, membership: Membership) -> bool:
    """Set a member's part of full time and training."""
    return bool(user.has_perm("oncall.change_membership", membership))


def can_manage_rota(user: User, schedule: Schedule) -> bool:
    """Change who is on call, in any way."""
    return bool(user.has_perm("oncall.change_schedule", schedule))


def can_cover(user: User, schedule: Schedule) -> bool:
    """Cover for others, take over on call and answer a swap: the team's responders too."""
    return bool(user.has_perm("oncall.cover_schedule", schedule))


def can_override(user: User, schedule: Schedule, op: str, people: Collection[User]) -> bool:
    """Members may put themselves on call for one person or for all; everything else is for managers."""
    if can_manage_rota(user, schedule):
        return True
    is_own = op in {OverrideOp.REPLACE, OverrideOp.SET} and {person.pk for person in people} == {user.pk}
    return is_own and can_cover(user, schedule)


def can_cancel(user: User, row: Override) -> bool:
    """Cancel an override: its creator, and managers."""
    return row.created_by_id == user.pk or can_manage_rota(user, row.schedule)


def can_manage_time_off(user: User, person: User) -> bool:
    """Add a person's time off: the person, and the managers of one of their teams."""
    return bool(user.has_perm("oncall.add_absence", Absence(user=person)))


def can_change_time_off(user: User, row: Absence) -> bool:
    """Change or cancel time off."""
    return bool(user.has_perm("oncall.change_absence", row))


def can_approve(user: User, swap: SwapRequest) -> bool:
    """Approve a swap: managers, but neither of the two people who swap."""
    sides = {swap.requested_by_id, swap.chosen.user_id if swap.chosen else None}
    return user.pk not in sides and can_manage_rota(user, swap.schedule)


def _role_in(user: User, team_id: int | None) -> str | None:
    return rights.holder(user).role_by_team.get(team_id) if team_id is not None else None


def managed_teams(user: User) -> QuerySet[Team]:
    """The teams whose schedules a person may edit, sorted by name."""
    teams = Team.objects.order_by("name")
    if user.has_perm("oncall.add_schedule"):
        return teams
    return teams.filter(pk__in=managed_by(user))


def managed_by(user: User) -> list[int]:
    """The ids of the teams in which the person is a manager."""
    return [team for team, role in rights.holder(user).role_by_team.items() if role == MembershipRole.MANAGER]


def can_edit_calendars(user: User) -> bool:
    """Edit calendars, which decide who is on call."""
    return bool(user.has_perm("oncall.change_calendar"))
