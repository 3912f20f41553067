"""Nobody gives or takes over more rights than they hold: what an account has, and what a team gives."""

from collections.abc import Callable

from config.base.data import rights
from oncall.models import MembershipRole, Team, User

_account_checks: list[Callable[[User, User], bool]] = []
_team_checks: list[Callable[[User, Team], bool]] = []


def register_private_records(
    *, of_account: Callable[[User, User], bool], of_team: Callable[[User, Team], bool]
) -> None:
    """Register how an app finds private records: those that an account sees, or a team, and the actor does not."""
    _account_checks.append(of_account)
    _team_checks.append(of_team)


def may_take_over(*, actor: User, account: User) -> bool:
    """Whether the actor may do and see all that the account may, and so may set what it signs in or is paged with.

    A superuser may; nobody else may with a superuser's account.
    """
    if actor.is_superuser or actor.pk == account.pk:
        return True
    if account.is_superuser:
        return False
    held = rights.holder(account)
    return (
        held.codes <= rights.all_codes(actor)
        and all(_holds_in_team(actor, team, role) for team, role in held.role_by_team.items())
        and not any(sees_more(actor, account) for sees_more in _account_checks)
    )


def may_put_into_team(*, actor: User, team: Team, role: str) -> bool:
    """Whether the actor may give people this role in the team.

    A manager of the team may, and people who already hold and see all that the role gives.
    """
    if actor.is_superuser or rights.holder(actor).role_by_team.get(team.pk) == MembershipRole.MANAGER:
        return True
    return (
        actor.has_perm("oncall.add_membership")
        and _holds_in_team(actor, team.pk, role)
        and not any(sees_more(actor, team) for sees_more in _team_checks)
    )


def refusal_to_put_into(team: Team) -> str:
    """What a person is told who may not give others this role in the team, with who can."""
    return (
        f"Members of {team.name} may do or see more than you. Its managers can add people to it, and so can a"
        " superuser."
    )


def _holds_in_team(actor: User, team: int, role: str) -> bool:
    own = rights.codes_in_team(rights.holder(actor).role_by_team.get(team, ""))
    return rights.codes_in_team(role) <= rights.all_codes(actor) | own
