"""What a policy would do if it were triggered now, said before it is."""

from datetime import datetime

from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import Target
from oncall.escalation.reaching import Reach
from oncall.models import EscalationPolicy, User


def preview(*, policy: EscalationPolicy, at: datetime) -> list[tuple[str, list[str]]]:
    """Each step and the fallback with the names it stands for at `at`; no name where nobody is reached."""
    thawed = thaw(freeze(policy, team=None))
    reach = Reach([thawed])
    stages: list[tuple[str, tuple[Target, ...]]] = [
        (f"Step {number} (then wait {int(step.delay.total_seconds() // 60)} min)", step.targets)
        for number, step in enumerate(thawed.steps, start=1)
    ]
    stages.append(("Fallback", thawed.fallback))
    reached = [(title, [int(str(one.user)) for target in targets for one in reach(target, at)]) for title, targets in stages]
    names = dict(
        User.objects.filter(pk__in={key for _, keys in reached for key in keys}).values_list("pk", "name")
    )
    return [(title, list(dict.fromkeys(names[key] for key in keys))) for title, keys in reached]
