"""The tree of contributing factors; each explains the one above it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from config.base.data.text import clean_lines
from incidents.response import TicketRefused
from incidents.tickets.changes import record_change
from oncall.models import User
from problems.investigation.lifecycle import lock_problem
from problems.models import Factor, Problem

_MAX_DEPTH = 12


@dataclass(frozen=True)
class Branch:
    """A factor as the tree shows it."""

    factor: Factor
    depth: int
    children: "list[Branch]"


def tree(problem: Problem) -> list[Branch]:
    """The factors of a problem as a tree, in one query."""
    below: dict[int | None, list[Factor]] = {}
    for factor in problem.factors.select_related("created_by").order_by("position", "pk"):
        below.setdefault(factor.parent_id, []).append(factor)

    def branches(parent: int | None, depth: int) -> list[Branch]:
        return [Branch(factor, depth, branches(factor.pk, depth + 1)) for factor in below.get(parent, ())]

    return branches(None, 0)


@transaction.atomic
def add(
    *,
    problem_id: int,
    text: str,
    actor: User | None,
    at: datetime,
    parent: Factor | None = None,
    evidence_url: str = "",
) -> Factor:
    """Add a factor, at the top or below the factor that it explains. Raises TicketRefused."""
    lock_problem(problem_id)
    if not (text := clean_lines(text)):
        raise TicketRefused("Say what contributed, in a sentence.")
    if parent is not None and parent.problem_id != problem_id:
        raise TicketRefused("That factor belongs to another problem. Choose a factor of this problem.", field="parent")
    if parent is not None and not Factor.objects.filter(pk=parent.pk).exists():
        raise TicketRefused("That factor was removed meanwhile. Choose another one.", field="parent")
    if _depth(parent) >= _MAX_DEPTH:
        raise TicketRefused("The tree has too many levels here. Add the factor at the top.")
    siblings = Factor.objects.filter(problem=problem_id, parent=parent)
    position = (siblings.aggregate(last=Max("position"))["last"] or 0) + 1
    factor = Factor(
        problem_id=problem_id, parent=parent, text=text, evidence_url=evidence_url, position=position,
        created_by=actor, created_at=at,
    )  # fmt: skip
    factor.clean_fields(exclude=["problem", "parent", "created_by"])
    factor.save()
    record_change(
        ticket_id=problem_id, field="factor", before="", after=text, text=f"Contributing factor: {text}",
        actor=actor, at=at, data={"factor": factor.pk},
    )  # fmt: skip
    return factor


@transaction.atomic
def remove(*, factor_id: int, actor: User | None, at: datetime) -> Problem:
    """Remove a factor; the timeline keeps its text. Raises TicketRefused, and Factor.DoesNotExist if it is gone."""
    # Read before the lock to know what to lock; a factor never changes its problem.
    problem_id = Factor.objects.values_list("problem", flat=True).get(pk=factor_id)
    ticket = lock_problem(problem_id)
    factor = Factor.objects.get(pk=factor_id)  # another one may have removed it meanwhile
    if factor.children.exists():
        raise TicketRefused("Other factors explain this one. Remove those first.")
    record_change(
        ticket_id=problem_id, field="factor", before=factor.text, after="", text=f"Factor removed: {factor.text}",
        actor=actor, at=at, data={"factor": factor_id},
    )  # fmt: skip
    factor.delete()
    problem: Problem = ticket.problem
    return problem


def _depth(factor: Factor | None) -> int:
    depth = 0
    while factor is not None:
        depth, factor = depth + 1, factor.parent
    return depth
