"""What a fair share depends on: the part of full time, and the time with a place in a rotation (R-Q1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from oncall.models import Membership, Team
from oncall.schedules.loading import Roster
from oncall.schedules.plan import Interval, Plan
from oncall.schedules.timeline import subtract_intervals
from oncall.schedules.wall_clock import MINUTE

FULL_TIME = Decimal(1)


def parts_of_full_time(team: Team, users: Iterable[int]) -> dict[int, Decimal]:
    """The part of full time that each of these people works for a team; people who are not members are left out."""
    return dict(Membership.objects.filter(team=team, user__in=users).values_list("user", "fte"))


def fair_share_weights(
    rosters: Iterable[Roster],
    *,
    parts: Mapping[int, Decimal],
    on_call_users: Iterable[int],
    since: datetime,
    until: datetime,
) -> dict[int, Decimal]:
    """Each person's part of full time, multiplied by the share of time with a place in a rotation (R-Q1).

    `on_call_users` were on call in the range. Someone who only covered for others gets weight 0. If nobody had a
    place, the weight is the part of full time alone.
    """
    presence_minutes = total_presence(rosters, since=since, until=until)
    total_minutes = (until - since) // MINUTE
    weights = {
        user: parts.get(user, FULL_TIME) * minutes / total_minutes
        for user, minutes in presence_minutes.items()
        if minutes
    }
    if not weights:
        return {user: parts.get(user, FULL_TIME) for user in on_call_users}
    return {user: weights.get(user, Decimal(0)) for user in {*weights, *on_call_users}}


def total_presence(rosters: Iterable[Roster], *, since: datetime, until: datetime) -> dict[int, int]:
    """Minutes for which each person had a place, summed over several schedules."""
    presence_minutes: dict[int, int] = {}
    for roster in rosters:
        for user, minutes in presence(roster.plan, since=since, until=until).items():
            presence_minutes[user] = presence_minutes.get(user, 0) + minutes
    return presence_minutes


def presence(plan: Plan, *, since: datetime, until: datetime) -> dict[int, int]:
    """Minutes for which each person had a place in the rotation and an open account."""
    intervals_by_user: dict[int, list[Interval]] = {}
    for starts_at, ends_at, version in plan.versions_in_force(since=since, until=until):
        layers = [layer for layer in version.layers if not layer.is_shadow] if version else []
        for user in {user for layer in layers for slot in layer.rotation.slots for user in slot}:
            intervals_by_user.setdefault(user, []).append((starts_at, ends_at))
    return {
        user: sum((end - start) // MINUTE for start, end in subtract_intervals(spans, plan.inactive.get(user, ())))
        for user, spans in intervals_by_user.items()
    }
