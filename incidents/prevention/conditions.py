"""What a restored incident still waits for until it is resolved, for one ticket or a whole list."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from config.base.web import display
from incidents.models import (
    ActionItem,
    ActionStatus,
    ClosureCode,
    LinkKind,
    PreventionWaiver,
    Ticket,
    TicketKind,
    TicketLink,
    TicketStatus,
    WaiverStatus,
)
from incidents.tickets import quoting

UNDECIDED = "A problem, a priority action item, or the decision that no prevention is needed"
_ENDED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})
# A problem that was closed like this prevents nothing.
_NOT_PREVENTING = (ClosureCode.CANCELLED, ClosureCode.DUPLICATE)


@dataclass(frozen=True)
class Condition:
    """One condition of resolving: what it is, its address, and when it was met (None while it is open)."""

    text: str
    url: str
    met_at: datetime | None

    @property
    def is_met(self) -> bool:
        """Whether it is met."""
        return self.met_at is not None


def resolution_conditions(ticket: Ticket) -> list[Condition]:
    """The conditions of one incident, met or not."""
    return resolution_conditions_of_all([ticket])[ticket.pk]


def unmet_conditions(ticket: Ticket) -> list[Condition]:
    """What the incident still waits for; empty when prevention is done or its severity needs none."""
    return [condition for condition in resolution_conditions(ticket) if not condition.is_met]


def resolution_conditions_of_all(tickets: Sequence[Ticket]) -> dict[int, list[Condition]]:
    """The conditions of each incident, in three queries however many there are. Severities come with the tickets.

    An approved waiver is the only condition then. It holds for the restoration it was approved for: an
    incident that was reopened needs a new decision.
    """
    ids = [ticket.pk for ticket in tickets if ticket.severity.needs_prevention]
    waived = _approved_waivers(ids)
    problems = _causing_problems(ids)
    actions = _priority_actions(ids, problems)
    conditions: dict[int, list[Condition]] = {}
    for ticket in tickets:
        if not ticket.severity.needs_prevention:
            conditions[ticket.pk] = []
            continue
        waiver = waived.get(ticket.pk)
        if waiver is not None and (ticket.restored_at is None or waiver.decided_at >= ticket.restored_at):  # type: ignore[operator]  # a decided waiver has its moment
            conditions[ticket.pk] = [_waiver_condition(waiver)]
            continue
        linked = problems[ticket.pk]
        rows = [*actions[ticket.pk], *(action for problem in linked for action in actions[problem.pk])]
        waits_for = [_problem_condition(problem, of=ticket) for problem in linked]
        waits_for += [_action_condition(row, of=ticket) for row in rows]
        conditions[ticket.pk] = waits_for or [_undecided_condition(ticket)]
    return conditions


def _approved_waivers(ids: Iterable[int]) -> dict[int, PreventionWaiver]:
    rows = PreventionWaiver.objects.filter(ticket__in=ids, status=WaiverStatus.APPROVED)
    return {row.ticket_id: row for row in rows.select_related("decided_by").order_by("decided_at")}


def _causing_problems(ids: Iterable[int]) -> defaultdict[int, list[Ticket]]:
    problems: defaultdict[int, list[Ticket]] = defaultdict(list)
    rows = TicketLink.objects.filter(
        from_ticket__in=ids, kind=LinkKind.CAUSED_BY, to_ticket__kind=TicketKind.PROBLEM
    ).exclude(to_ticket__closure_code__in=_NOT_PREVENTING)
    for row in rows.select_related("to_ticket").order_by("pk"):
        problems[row.from_ticket_id].append(row.to_ticket)
    return problems


def _priority_actions(ids: Iterable[int], problems: dict[int, list[Ticket]]) -> defaultdict[int, list[ActionItem]]:
    """Priority action items by ticket; those of a problem count for each of its incidents."""
    actions: defaultdict[int, list[ActionItem]] = defaultdict(list)
    of_problems = {problem.pk for linked in problems.values() for problem in linked}
    rows = ActionItem.objects.filter(Q(ticket__in=ids) | Q(ticket__in=of_problems), is_priority=True)
    for row in rows.exclude(status=ActionStatus.DECLINED).select_related("ticket").order_by("due_on", "pk"):
        actions[row.ticket_id].append(row)
    return actions


def _problem_condition(problem: Ticket, *, of: Ticket) -> Condition:
    if problem.status in _ENDED:
        met_at = problem.resolved_at or problem.closed_at
        return Condition(f"{problem.reference} is {problem.status}", problem.get_absolute_url(), met_at)
    title = f" {problem.title}" if quoting.may_quote(problem, inside=of) else ""
    text = f"{problem.reference}{title} ({problem.get_status_display().lower()})"
    return Condition(text, problem.get_absolute_url(), None)


def _action_condition(action: ActionItem, *, of: Ticket) -> Condition:
    url = action.get_absolute_url()
    if action.status == ActionStatus.DONE:
        # The last met condition is recorded on the timeline, which names other records by number alone.
        title = f"“{action.title}”" if action.ticket_id == of.pk else f"of {action.ticket.reference}"
        return Condition(f"The action item {title} is done", url, action.done_at)
    title = f"“{action.title}”" if quoting.may_quote(action.ticket, inside=of) else f"of {action.ticket.reference}"
    return Condition(f"The action item {title}, due on {display.date_text(action.due_on)}", url, None)


def _waiver_condition(waiver: PreventionWaiver) -> Condition:
    name = waiver.decided_by.name if waiver.decided_by else ""
    return Condition(f"{name} agreed that no prevention is needed: {waiver.reason}", "", waiver.decided_at)


def _undecided_condition(ticket: Ticket) -> Condition:
    return Condition(UNDECIDED, f"{ticket.get_absolute_url()}#prevention", None)
