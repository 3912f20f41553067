"""Impact and urgency give the priority and propose a severity."""

from dataclasses import dataclass

from config.base.data.retirement import is_retired, offered
from incidents.models import Level, PriorityRule, Severity


@dataclass(frozen=True)
class Proposal:
    """What the priority matrix gives for an impact and an urgency."""

    priority: int
    severity: Severity


MILDEST_PRIORITY = 5


def priority_of(*, severity: Severity) -> int:
    """The priority of a ticket of which nobody said impact or urgency: the severity's rank, at most 5.

    A rule and no setting: without the two there is nothing else to order the queue by, and the worst stays first.
    Who wants another order says impact and urgency, whose matrix administrators set.
    """
    return min(MILDEST_PRIORITY, severity.rank)


def propose(*, impact: int | None, urgency: int | None) -> Proposal:
    """Priority and severity by the matrix; an unknown impact or urgency counts as medium.

    If the matrix has no such cell, the priority is the sum of both less one, and the severity the mildest. For a
    severity that is out of use the next milder one is proposed, else the mildest.
    """
    impact, urgency = impact or Level.MEDIUM, urgency or Level.MEDIUM
    rule = PriorityRule.objects.select_related("severity").filter(impact=impact, urgency=urgency).first()
    if rule is not None:
        return Proposal(rule.priority, rule.severity if not is_retired(rule.severity) else _in_place_of(rule.severity))
    return Proposal(impact + urgency - 1, offered(Severity.objects.order_by("-position"))[0])


def _in_place_of(severity: Severity) -> Severity:
    rows = offered(Severity.objects.all())
    milder = rows.filter(position__gt=severity.position).order_by("position").first()
    return milder or rows.order_by("-position")[0]
