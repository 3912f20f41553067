"""Whom an escalation policy would page at a moment, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import Target
from oncall.escalation.reaching import Reach
from oncall.models import EscalationPolicy, User


@dataclass(frozen=True)
class StepReach:
    """The people of a step; `after_minutes` since the first page, if nobody acknowledges."""

    position: int
    after_minutes: int
    people: tuple[User, ...]


@dataclass(frozen=True)
class PolicyReach:
    """The people of all steps, and of the end."""

    at: datetime
    steps: tuple[StepReach, ...]
    fallback: tuple[User, ...]


def list_reached(policy: EscalationPolicy, *, at: datetime) -> PolicyReach:
    """Whom the policy would page if each step fired at `at`; nobody twice in one step."""
    frozen = thaw(freeze(policy, team=policy.team))
    reach = Reach([frozen], since=at)

    def ids(targets: Iterable[Target]) -> list[int]:
        return list(dict.fromkeys(int(str(person.user)) for target in targets for person in reach(target, at)))

    by_step = [ids(step.targets) for step in frozen.steps]
    at_end = ids(frozen.fallback)
    people = User.objects.in_bulk({pk for step_ids in (*by_step, at_end) for pk in step_ids})
    steps, minutes = [], 0
    for position, (step, step_ids) in enumerate(zip(frozen.steps, by_step, strict=True)):
        steps.append(StepReach(position, minutes, tuple(people[pk] for pk in step_ids)))
        minutes += int(step.delay.total_seconds() // 60)
    return PolicyReach(at, tuple(steps), tuple(people[pk] for pk in at_end))
