"""Who answers for each service at a moment, since and until when, and who is next, in a constant number of queries."""

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
    MembershipRole,
    Schedule,
    User,
)


@dataclass(frozen=True)
class Stint:
    """A part of the answer: who stands by on one schedule, or people who are named themselves, without times."""

    people: tuple[User, ...]
    schedule: Schedule | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    following: tuple[User, ...] = ()


@dataclass(frozen=True)
class Covered:
    """A service and the people its first step reaches; nobody is a hole."""

    service: Service
    stints: tuple[Stint, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all who are reached, each once."""
        return tuple(dict.fromkeys(person.name for stint in self.stints for person in stint.people))


Found = list[tuple[int | None, int]]
"""The schedule, if any, through which each person is reached."""


def who_answers(services: Iterable[Service], *, at: datetime) -> list[Covered]:
    """For services with `team` at hand: whom the first step of their policy that reaches somebody reaches (R-E4)."""
    rows = list(services)
    wanted = {pk for row in rows if (pk := row.escalation_policy_id or row.team.escalation_policy_id)}
    targets = EscalationTarget.objects.order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    policies = EscalationPolicy.objects.filter(pk__in=wanted).prefetch_related(Prefetch("steps", steps), "fallback")
    thawed = {one.pk: _thaw(one) for one in policies}
    reach = Reach(thawed.values(), since=at)
    found = {pk: _first(policy, reach, at) for pk, policy in thawed.items()}
    turns = _turns({key for some in found.values() for key, _ in some if key is not None}, at)
    people = User.objects.in_bulk({user for some in found.values() for _, user in some})
    stints = {pk: _stints(some, turns, people) for pk, some in found.items()}
    managers = _managers({row.team_id for row in rows})
    covered = []
    for row in rows:
        policy_id = row.escalation_policy_id or row.team.escalation_policy_id
        covered.append(Covered(row, stints[policy_id] if policy_id else managers[row.team_id]))
    return covered


def _turns(keys: set[int], at: datetime) -> dict[int, tuple[Schedule, schedules.Turn]]:
    loaded = schedules.load_range(at, ids=keys)
    return {roster.schedule.pk: (roster.schedule, schedules.stint(roster, at=at)) for roster in loaded}


def _stints(
    found: Found, turns: Mapping[int, tuple[Schedule, schedules.Turn]], people: Mapping[int, User]
) -> tuple[Stint, ...]:
    """By schedule, in the order of the step."""
    grouped: dict[int | None, list[User]] = {}
    for key, user in found:
        grouped.setdefault(key, []).append(people[user])
    stints = []
    for key, some in grouped.items():
        if key is None:
            stints.append(Stint(tuple(some)))
        else:
            schedule, turn = turns[key]
            stints.append(Stint(tuple(some), schedule, turn.starts_at, turn.ends_at, turn.following))
    return tuple(stints)


def _managers(teams: set[int]) -> defaultdict[int, tuple[Stint, ...]]:
    """Whom a page reaches where there is no policy: the team's managers."""
    found: defaultdict[int, tuple[User, ...]] = defaultdict(tuple)
    rows = Membership.objects.filter(team__in=teams, role=MembershipRole.MANAGER, user__is_active=True)
    for row in rows.select_related("user").order_by("user__name"):
        found[row.team_id] += (row.user,)
    return defaultdict(tuple, {team: (Stint(people),) for team, people in found.items()})


def _thaw(policy: EscalationPolicy) -> Policy:
    steps = tuple(
        Step(timedelta(minutes=step.delay_minutes), tuple(map(_target, step.targets.all())))
        for step in policy.steps.all()
    )
    return Policy(steps=steps, fallback=tuple(Target("user", user.pk) for user in policy.fallback.all()))


def _target(row: EscalationTarget) -> Target:
    kind = "user" if row.user_id else "schedule" if row.schedule_id else "team"
    return Target(kind, getattr(row, f"{kind}_id"))


def _first(policy: Policy, reach: Reach, at: datetime) -> Found:
    for targets in (*(step.targets for step in policy.steps), policy.fallback):
        found = dict.fromkeys(
            (target.key if target.kind == "schedule" else None, int(str(person.user)))
            for target in targets
            for person in reach(target, at)
        )
        if found:
            return list(found)
    return []
