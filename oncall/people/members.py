"""The members of a team: their part of full time, their training, and whether pages reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from config.base.data.configuration import delete_record, write_record
from oncall import permissions, signals
from oncall.models import ContactMethod, Membership, Team, User
from oncall.readiness import wake_tests


@dataclass(frozen=True)
class Member:
    """A member of a team, with what is still missing; only those who plan the rota see that."""

    membership: Membership
    missing: Sequence[str] = ()


def team_members(team: Team, *, viewer: User, at: datetime) -> list[Member]:
    """The team's members by role and name; three queries for those who plan its rota, one for others."""
    rows = list(team.memberships.select_related("user").order_by("role", "user__name", "pk"))
    if not permissions.can_manage_team(viewer, team):
        return [Member(row) for row in rows]
    users = [row.user_id for row in rows]
    reachable = set(ContactMethod.objects.usable().filter(user__in=users).values_list("user", flat=True).distinct())
    passed_wake_test = wake_tests.passed(users, at=at)
    return [
        Member(
            row,
            [
                label
                for label, is_missing in (
                    ("account closed", not row.user.is_active),
                    ("not trained", row.trained_on is None or row.trained_on > at.date()),
                    ("no verified contact method", row.user_id not in reachable),
                    ("no wake test", row.user_id not in passed_wake_test),
                )
                if is_missing
            ],
        )
        for row in rows
    ]


@transaction.atomic
def change_member(*, membership_id: int, fte: Decimal, trained_on: date | None, at: datetime) -> Membership:
    """Set the part of full time and the day of training. Raises ValidationError; the caller checks permissions."""
    row = (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "team")
        .get(pk=membership_id)
    )
    row.fte, row.trained_on = fte, trained_on
    row.full_clean()
    row.save(update_fields=["fte", "trained_on"])
    signals.send_reachability_changed(at=at, users=[row.user_id], teams=[row.team_id])
    return row


@transaction.atomic
def save_member(
    *, member: Membership | None, values: Mapping[str, object], reason: str = "", at: datetime, actor: User | None
) -> Membership:
    """Put a person into a team, or give a membership these values; the same values twice change nothing.

    Raises ValidationError by field, and for a person who is in the team already. The caller has asked
    `privileges.may_put_into_team`.
    """
    saved = Membership() if member is None else member
    users, teams = (set[int](), set[int]()) if member is None else ({member.user_id}, {member.team_id})
    if write_record(saved, values, actor=actor, reason=reason):
        users, teams = users | {saved.user_id}, teams | {saved.team_id}
        signals.send_reachability_changed(at=at, users=sorted(users), teams=sorted(teams))
    return saved


@transaction.atomic
def remove_member(*, member: Membership, reason: str = "", at: datetime, actor: User | None) -> None:
    """Take a person out of a team."""
    user, team = member.user_id, member.team_id
    delete_record(member, actor=actor, reason=reason)
    signals.send_reachability_changed(at=at, users=[user], teams=[team])
