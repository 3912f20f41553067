"""Impact and urgency give the priority and propose a severity."""

from dataclasses import dataclass

from incidents.models import Level, PriorityRule, Severity


@dataclass(frozen=True)
class Proposal:
    """What the matrix says of an impact and an urgency."""

    priority: int
    severity: Severity


def propose(*, impact: int | None, urgency: int | None) -> Proposal:
    """The matrix's answer; medium stands for what is not known.

    A firm that has not filled the cell gets the sum of both as priority and its mildest severity.
    """
    impact, urgency = impact or Level.MEDIUM, urgency or Level.MEDIUM
    rule = PriorityRule.objects.select_related("severity").filter(impact=impact, urgency=urgency).first()
    if rule is not None:
        return Proposal(rule.priority, rule.severity)
    return Proposal(impact + urgency - 1, Severity.objects.order_by("-rank")[0])
