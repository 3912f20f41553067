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
    Visibility,
    WaiverStatus,
)

UNDECIDED = "A problem, a priority action, or the decision that no prevention is needed"
_ENDED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})
# Such a problem prevents nothing: another one does, or a decision.
_EMPTY = (ClosureCode.CANCELLED, ClosureCode.DUPLICATE)


@dataclass(frozen=True)
class Condition:
    """One thing prevention consists of: what it is, where, and when it fell; None while it is waited for."""

    text: str
    url: str
    fell_at: datetime | None

    @property
    def is_met(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.fell_at is not None


def resolution_conditions(ticket: Ticket) -> list[Condition]:
    """The conditions of one incident, met or not."""
    return resolution_conditions_of_all([ticket])[ticket.pk]


def unmet(ticket: Ticket) -> list[Condition]:
    """What the incident still waits for; empty when prevention is done or is nobody's duty."""
    return [one for one in resolution_conditions(ticket) if not one.is_met]


def resolution_conditions_of_all(tickets: Sequence[Ticket]) -> dict[int, list[Condition]]:
    """The conditions of each incident, in three queries however many there are. Severities come with the tickets.

    An approved "no prevention needed" stands alone. It holds for the restoration it was given for: an
    incident that came back must be judged again.
    """
    ids = [ticket.pk for ticket in tickets if ticket.severity.needs_prevention]
    waived = _waived(ids)
    problems = _problems(ids)
    actions = _actions(ids, problems)
    found: dict[int, list[Condition]] = {}
    for ticket in tickets:
        if not ticket.severity.needs_prevention:
            found[ticket.pk] = []
            continue
        waiver = waived.get(ticket.pk)
        if waiver is not None and (ticket.restored_at is None or waiver.decided_at >= ticket.restored_at):  # type: ignore[operator]  # a decided waiver has its moment
            found[ticket.pk] = [_waiver_words(waiver)]
            continue
        linked = problems[ticket.pk]
        owed = [_action_words(one, of=ticket) for owner in (ticket, *linked) for one in actions[owner.pk]]
        found[ticket.pk] = [*map(_problem_words, linked), *owed] or [_undecided(ticket)]
    return found


def _waived(ids: Iterable[int]) -> dict[int, PreventionWaiver]:
    rows = PreventionWaiver.objects.filter(ticket__in=ids, status=WaiverStatus.APPROVED)
    return {row.ticket_id: row for row in rows.select_related("decided_by").order_by("decided_at")}


def _problems(ids: Iterable[int]) -> defaultdict[int, list[Ticket]]:
    found: defaultdict[int, list[Ticket]] = defaultdict(list)
    rows = TicketLink.objects.filter(
        from_ticket__in=ids, kind=LinkKind.CAUSED_BY, to_ticket__kind=TicketKind.PROBLEM
    ).exclude(to_ticket__closure_code__in=_EMPTY)
    for row in rows.select_related("to_ticket").order_by("pk"):
        found[row.from_ticket_id].append(row.to_ticket)
    return found


def _actions(ids: Iterable[int], problems: dict[int, list[Ticket]]) -> defaultdict[int, list[ActionItem]]:
    """Priority actions by ticket; those of a problem are owed by each of its incidents."""
    found: defaultdict[int, list[ActionItem]] = defaultdict(list)
    of_problems = {problem.pk for linked in problems.values() for problem in linked}
    rows = ActionItem.objects.filter(Q(ticket__in=ids) | Q(ticket__in=of_problems), is_priority=True)
    for row in rows.exclude(status=ActionStatus.DECLINED).select_related("ticket").order_by("due_on", "pk"):
        found[row.ticket_id].append(row)
    return found


def _problem_words(problem: Ticket) -> Condition:
    if problem.status in _ENDED:
        fell_at = problem.resolved_at or problem.closed_at
        return Condition(f"{problem.reference} is {problem.status}", problem.get_absolute_url(), fell_at)
    # Whoever reads of the incident may not know of a private problem.
    title = f" {problem.title}" if problem.visibility == Visibility.OPEN else ""
    text = f"{problem.reference}{title} ({problem.get_status_display().lower()})"
    return Condition(text, problem.get_absolute_url(), None)


def _action_words(action: ActionItem, *, of: Ticket) -> Condition:
    is_told = action.ticket_id == of.pk or action.ticket.visibility == Visibility.OPEN
    title = f"“{action.title}”" if is_told else f"of {action.ticket.reference}"
    url = action.get_absolute_url()
    if action.status == ActionStatus.DONE:
        return Condition(f"The action {title} is done", url, action.done_at)
    return Condition(f"The action {title}, due on {display.date_text(action.due_on)}", url, None)


def _waiver_words(waiver: PreventionWaiver) -> Condition:
    name = waiver.decided_by.name if waiver.decided_by else ""
    return Condition(f"{name} agreed that no prevention is needed: {waiver.reason}", "", waiver.decided_at)


def _undecided(ticket: Ticket) -> Condition:
    return Condition(UNDECIDED, f"{ticket.get_absolute_url()}#prevention", None)
