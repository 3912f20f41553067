"""What a fair share goes by: the part of full time, and the time with a place in a rotation (R-Q1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from oncall.models import Membership, Team
from oncall.schedules.loading import Roster
from oncall.schedules.plan import Interval, Plan
from oncall.schedules.timeline import without
from oncall.schedules.wall_clock import MINUTE

WHOLE = Decimal(1)


def parts_of_full_time(team: Team, users: Iterable[int]) -> dict[int, Decimal]:
    """The part of full time that each of these people works for a team; who is no member is not in it."""
    return dict(Membership.objects.filter(team=team, user__in=users).values_list("user", "fte"))


def fair_share_weights(
    rosters: Iterable[Roster],
    *,
    parts: Mapping[int, Decimal],
    standing: Iterable[int],
    since: datetime,
    until: datetime,
) -> dict[int, Decimal]:
    """Each person's part of full time, times the time for which they had a place in a rotation (R-Q1).

    `standing` are those who stood by. Who only stood in has no share to serve. Where nobody had a place, all count
    by their part of full time.
    """
    present = together(rosters, since=since, until=until)
    whole = (until - since) // MINUTE
    weights = {user: parts.get(user, WHOLE) * minutes / whole for user, minutes in present.items() if minutes}
    if not weights:
        return {user: parts.get(user, WHOLE) for user in standing}
    return {user: weights.get(user, Decimal(0)) for user in {*weights, *standing}}


def together(rosters: Iterable[Roster], *, since: datetime, until: datetime) -> dict[int, int]:
    """For how many minutes each person had a place, over several schedules added up."""
    present: dict[int, int] = {}
    for roster in rosters:
        for user, minutes in presence(roster.plan, since=since, until=until).items():
            present[user] = present.get(user, 0) + minutes
    return present


def presence(plan: Plan, *, since: datetime, until: datetime) -> dict[int, int]:
    """For how many minutes each person had a place in the rotation, with an open account."""
    found: dict[int, list[Interval]] = {}
    for starts_at, ends_at, version in plan.reigns(since=since, until=until):
        layers = [layer for layer in version.layers if not layer.is_shadow] if version else []
        for user in {user for layer in layers for slot in layer.rotation.slots for user in slot}:
            found.setdefault(user, []).append((starts_at, ends_at))
    return {
        user: sum((end - start) // MINUTE for start, end in without(spans, plan.inactive.get(user, ())))
        for user, spans in found.items()
    }
