"""An escalation policy as text, with the people each step would reach now."""

from dataclasses import dataclass
from datetime import datetime

from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import Target
from oncall.escalation.reaching import Reach
from oncall.models import EscalationPolicy, Schedule, Team, User


@dataclass(frozen=True)
class StepInWords:
    """One step as text: when it fires, its targets, and who they are now."""

    when: str
    names: str
    people: str


@dataclass(frozen=True)
class PolicyInWords:
    """A policy as text."""

    name: str
    steps: tuple[StepInWords, ...]
    after: str


def describe(policy: EscalationPolicy, *, at: datetime) -> PolicyInWords:
    """The policy as text, with the people it would page at `at`."""
    frozen = thaw(freeze(policy, team=policy.team))
    reach = Reach([frozen], since=at)
    targets = [*frozen.fallback, *(target for step in frozen.steps for target in step.targets)]
    names = _names(targets)
    people = User.objects.in_bulk({int(str(p.user)) for target in targets for p in reach(target, at)})

    def people_text(step_targets: tuple[Target, ...]) -> str:
        user_ids = dict.fromkeys(int(str(person.user)) for target in step_targets for person in reach(target, at))
        return ", ".join(people[pk].name for pk in user_ids) or "nobody is on call"

    steps = []
    minutes = 0
    for step in frozen.steps:
        when = "at once" if not minutes else f"after {minutes} min"
        label = ", ".join(names.get((target.kind, target.key), "?") for target in step.targets)
        steps.append(
            StepInWords(
                when, f"{label}, one after another" if step.is_round_robin else label, people_text(step.targets)
            )
        )
        minutes += int(step.delay.total_seconds() // 60)
    again = f"Then again, up to {policy.repeat} times. " if policy.repeat else ""
    after = f"{again}At the end {people_text(frozen.fallback)}." if frozen.fallback else again
    return PolicyInWords(policy.name, tuple(steps), after)


def _names(targets: list[Target]) -> dict[tuple[str, int], str]:
    models = {"user": User, "schedule": Schedule, "team": Team}
    names: dict[tuple[str, int], str] = {}
    for kind, model in models.items():
        keys = {target.key for target in targets if target.kind == kind}
        if keys:
            rows = model._default_manager.filter(pk__in=keys).values_list("pk", "name")
            names |= {(kind, pk): f"team {name}" if kind == "team" else name for pk, name in rows}
    return names
