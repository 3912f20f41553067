"""Who answers for each service at this moment, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from incidents.models import Service
from oncall.escalation.machine import Policy, Step, Target
from oncall.escalation.reaching import Reach
from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget, Membership, MembershipRole, User


@dataclass(frozen=True)
class Covered:
    """A service and the people its first step reaches; nobody is a hole."""

    service: Service
    names: tuple[str, ...]


def who_answers(services: Iterable[Service], *, at: datetime) -> list[Covered]:
    """For services with `team` at hand: whom the first step of their policy that reaches somebody reaches."""
    rows = list(services)
    wanted = {pk for row in rows if (pk := row.escalation_policy_id or row.team.escalation_policy_id)}
    targets = EscalationTarget.objects.order_by("position", "pk")
    steps = EscalationStep.objects.order_by("position").prefetch_related(Prefetch("targets", targets))
    found = EscalationPolicy.objects.filter(pk__in=wanted).prefetch_related(Prefetch("steps", steps), "fallback")
    policies = {one.pk: _thaw(one) for one in found}
    reach = Reach(policies.values(), since=at)
    people = {pk: _first(policy, reach, at) for pk, policy in policies.items()}
    names = dict(
        User.objects.filter(pk__in={one for some in people.values() for one in some}).values_list("pk", "name")
    )
    managers = _managers({row.team_id for row in rows})
    covered = []
    for row in rows:
        policy_id = row.escalation_policy_id or row.team.escalation_policy_id
        reached = tuple(names[pk] for pk in people[policy_id]) if policy_id else managers[row.team_id]
        covered.append(Covered(row, reached))
    return covered


def _managers(teams: set[int]) -> defaultdict[int, tuple[str, ...]]:
    """Whom a page reaches where there is no policy: the team's managers."""
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Membership.objects.filter(team__in=teams, role=MembershipRole.MANAGER, user__is_active=True)
    for team, name in rows.order_by("user__name").values_list("team", "user__name"):
        found[team] += (name,)
    return found


def _thaw(policy: EscalationPolicy) -> Policy:
    steps = tuple(
        Step(timedelta(minutes=step.delay_minutes), tuple(map(_target, step.targets.all())))
        for step in policy.steps.all()
    )
    return Policy(steps=steps, fallback=tuple(Target("user", user.pk) for user in policy.fallback.all()))


def _target(row: EscalationTarget) -> Target:
    kind = "user" if row.user_id else "schedule" if row.schedule_id else "team"
    return Target(kind, getattr(row, f"{kind}_id"))


def _first(policy: Policy, reach: Reach, at: datetime) -> tuple[int, ...]:
    for targets in (*(step.targets for step in policy.steps), policy.fallback):
        found = dict.fromkeys(int(str(person.user)) for target in targets for person in reach(target, at))
        if found:
            return tuple(found)
    return ()
