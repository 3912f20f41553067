"""The people of a target at a time (R-E4), with few queries for any number of due escalations."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.escalation import last_resort
from oncall.escalation.freezing import MANAGERS, OPERATORS
from oncall.escalation.machine import Policy, Reached, Target
from oncall.models import MembershipRole, Team, User


class Reach:
    """Finds the people of targets, for a batch of policies from `since` to `until`; rows are fetched once.

    Without `until` it covers the minute of `since`.
    """

    def __init__(self, policies: Iterable[Policy], *, since: datetime, until: datetime | None = None) -> None:
        keys: dict[str, set[int]] = {"user": set(), "schedule": set(), "team": set()}
        self._owners: set[int] = set()
        for policy in policies:
            self._owners |= {target.key for target in policy.last_resort if target.kind == MANAGERS and target.key}
            for target in (*policy.fallback, *(target for step in policy.steps for target in step.targets)):
                keys[target.kind].add(target.key)
        self._users = User.objects.in_bulk(keys["user"]) if keys["user"] else {}
        since = floor_minute(since)
        until = floor_minute(until or since) + timedelta(minutes=1)
        rosters = schedules.load(ids=keys["schedule"], since=since, until=until) if keys["schedule"] else []
        self._rosters = {roster.schedule.pk: roster for roster in rosters}
        self._teams: dict[int, Team] = (
            {team.pk: team for team in Team.objects.filter(pk__in=keys["team"]).prefetch_related("memberships__user")}
            if keys["team"]
            else {}
        )

    def __call__(self, target: Target, at: datetime) -> list[Reached]:
        """Active people only; of a team, managers and responders by name."""
        because: dict[str, object] = {target.kind: target.key}
        if target.kind == "user":
            people = [self._users[target.key]] if target.key in self._users else []
        elif target.kind == "schedule":
            roster = self._rosters.get(target.key)
            turn = schedules.on_call(roster, at=at) if roster else schedules.NOBODY
            people = list(turn.users)
            because |= turn.because
        elif target.kind == "team":
            people = _members(self._teams.get(target.key))
        else:
            return [Reached(key, because) for key in self._last_resort(target)]
        return [Reached(person.pk, because) for person in people if person.is_active]

    def _last_resort(self, target: Target) -> list[int]:
        """Asked for only when a fallback has reached nobody; then fetched once for the whole batch."""
        if target.kind == OPERATORS:
            return self._operators
        return self._managers.get(target.key, [])

    @cached_property
    def _managers(self) -> dict[int, list[int]]:
        return last_resort.managers(self._owners)

    @cached_property
    def _operators(self) -> list[int]:
        return last_resort.operators()


def _members(team: Team | None) -> list[User]:
    if team is None:
        return []
    users = [row.user for row in team.memberships.all() if row.role != MembershipRole.OBSERVER]
    return sorted(users, key=lambda user: (user.name, user.pk))
