"""Who is on call for each service at a moment, with times and who is next, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from incidents.models import Service
from oncall import schedules
from oncall.escalation.machine import Policy, Step, Target
from oncall.escalation.reaching import Reach
from oncall.models import (
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Membership,
    Schedule,
    User,
)


@dataclass(frozen=True)
class Stint:
    """People on call by one schedule, or people named in the policy, without times."""

    people: tuple[User, ...]
    schedule: Schedule | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    following: tuple[User, ...] = ()


@dataclass(frozen=True)
class ServiceCoverage:
    """A service and the people whom a page about it reaches first; nobody is a gap."""

    service: Service
    stints: tuple[Stint, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all of them, each once."""
        return tuple(dict.fromkeys(person.name for stint in self.stints for person in stint.people))


ReachedPeople = list[tuple[int | None, int]]
"""Ids of a schedule, if the person is reached through one, and of the person."""


def list_coverage(services: Iterable[Service], *, at: datetime) -> list[ServiceCoverage]:
    """Whom the first step that reaches somebody reaches, by the policy of each service; needs `team` loaded (R-E4)."""
    rows = list(services)
    policy_ids = {pk for row in rows if (pk := row.escalation_policy_id or row.team.escalation_policy_id)}
    targets = EscalationTarget.objects.order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    policies = EscalationPolicy.objects.filter(pk__in=policy_ids).prefetch_related(
        Prefetch("steps", steps), "fallback"
    )
    policies_by_id = {row.pk: _load_policy(row) for row in policies}
    reach = Reach(policies_by_id.values(), since=at)
    reached = {pk: _first_reached(policy, reach, at) for pk, policy in policies_by_id.items()}
    turns = _current_turns({key for pairs in reached.values() for key, _ in pairs if key is not None}, at)
    people = User.objects.in_bulk({user for pairs in reached.values() for _, user in pairs})
    stints = {pk: _stints(pairs, turns, people) for pk, pairs in reached.items()}
    managers = _managers({row.team_id for row in rows})
    covered = []
    for row in rows:
        policy_id = row.escalation_policy_id or row.team.escalation_policy_id
        covered.append(ServiceCoverage(row, stints[policy_id] if policy_id else managers[row.team_id]))
    return covered


def _current_turns(keys: set[int], at: datetime) -> dict[int, tuple[Schedule, schedules.Turn]]:
    loaded = schedules.load_range(at, ids=keys)
    return {roster.schedule.pk: (roster.schedule, schedules.stint(roster, at=at)) for roster in loaded}


def _stints(
    reached: ReachedPeople, turns: Mapping[int, tuple[Schedule, schedules.Turn]], people: Mapping[int, User]
) -> tuple[Stint, ...]:
    """The stints by schedule, in the order of the step."""
    grouped: dict[int | None, list[User]] = {}
    for key, user in reached:
        grouped.setdefault(key, []).append(people[user])
    stints = []
    for key, users in grouped.items():
        if key is None:
            stints.append(Stint(tuple(users)))
        else:
            schedule, turn = turns[key]
            stints.append(Stint(tuple(users), schedule, turn.starts_at, turn.ends_at, turn.following))
    return tuple(stints)


def _managers(teams: set[int]) -> defaultdict[int, tuple[Stint, ...]]:
    """The managers of each team, whom a page reaches where there is no policy."""
    managers: defaultdict[int, tuple[User, ...]] = defaultdict(tuple)
    rows = Membership.objects.active_managers().filter(team__in=teams)
    for row in rows.select_related("user").order_by("user__name"):
        managers[row.team_id] += (row.user,)
    return defaultdict(tuple, {team: (Stint(people),) for team, people in managers.items()})


def _load_policy(policy: EscalationPolicy) -> Policy:
    steps = tuple(
        Step(timedelta(minutes=step.delay_minutes), tuple(map(_target, step.targets.all())))
        for step in policy.steps.all()
    )
    return Policy(steps=steps, fallback=tuple(Target("user", user.pk) for user in policy.fallback.all()))


def _target(row: EscalationTarget) -> Target:
    kind = "user" if row.user_id else "schedule" if row.schedule_id else "team"
    return Target(kind, getattr(row, f"{kind}_id"))


def _first_reached(policy: Policy, reach: Reach, at: datetime) -> ReachedPeople:
    for targets in (*(step.targets for step in policy.steps), policy.fallback):
        reached = dict.fromkeys(
            (target.key if target.kind == "schedule" else None, int(str(person.user)))
            for target in targets
            for person in reach(target, at)
        )
        if reached:
            return list(reached)
    return []
