"""Other services at risk (S34): proposed from the dependency map, chosen by a person, told to each owner team."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from incidents.models import EntryKind, Service, ServiceDependency, Ticket, TicketStatus
from incidents.prevention import action_items
from incidents.response import TicketRefused
from incidents.tickets import timeline
from incidents.tickets.locking import lock_ticket, save
from oncall.models import Team, User
from problems.models import Problem

_NAMED = 3


@dataclass(frozen=True)
class AtRisk:
    """A service that the same cause may hit, and why one might think so."""

    service: Service
    because: str


def propose(ticket: Ticket) -> list[AtRisk]:
    """Services that need the problem's one, and those that need what it needs; the nearest first, in three queries.

    Those that are named already, and the problem's own, are left out.
    """
    if ticket.service_id is None:
        return []
    needs, needed_by = _map()
    known = set(
        Problem.services_at_risk.through.objects.filter(problem=ticket.pk).values_list("service_id", flat=True)
    )
    rows = {one.pk: one for one in Service.objects.select_related("team").order_by("tier", "name")}
    reasons: dict[int, str] = {}
    own = rows[ticket.service_id]
    for pk, through in _climb(own.pk, needed_by):
        via = f" through {rows[through].name}" if through != own.pk else ""
        reasons.setdefault(pk, f"needs {own.name}{via}")
    for below in (pk for pk in rows if pk in needs[own.pk]):
        for pk in (pk for pk in rows if pk in needed_by[below]):
            reasons.setdefault(pk, f"needs {rows[below].name}, as {own.name} does")
    return [AtRisk(rows[pk], why) for pk, why in reasons.items() if pk not in known and pk != own.pk]


def _map() -> tuple[defaultdict[int, set[int]], defaultdict[int, set[int]]]:
    needs: defaultdict[int, set[int]] = defaultdict(set)
    needed_by: defaultdict[int, set[int]] = defaultdict(set)
    for service, below in ServiceDependency.objects.values_list("service_id", "needs_id"):
        needs[service].add(below)
        needed_by[below].add(service)
    return needs, needed_by


def _climb(start: int, needed_by: defaultdict[int, set[int]]) -> Iterable[tuple[int, int]]:
    """Each service that needs `start`, with the one through which it does; in circles nobody is met twice."""
    met, level = {start}, [start]
    while level:
        above = [(pk, through) for through in level for pk in sorted(needed_by[through])]
        level = []
        for pk, through in above:
            if pk not in met:
                met.add(pk)
                level.append(pk)
                yield pk, through


@transaction.atomic
def name_services(
    *, problem_id: int, services: Collection[Service], due_on: date, actor: User | None, at: datetime
) -> Ticket:
    """Say that the same cause may hit these services too: each owner team gets ONE action. Raises Refused.

    A service that is named already is not told twice.
    """
    ticket = lock_ticket(problem_id)
    if ticket.status == TicketStatus.CLOSED:
        raise TicketRefused(f"{ticket.reference} is closed. Reopen it, or open a new problem.")
    if due_on < at.date():
        raise TicketRefused("This day is over. Give the teams a day to come.")
    problem = Problem.objects.get(pk=problem_id)
    known = set(problem.services_at_risk.values_list("pk", flat=True)) | {ticket.service_id}
    fresh = sorted({one for one in services if one.pk not in known}, key=lambda one: one.name)
    if not fresh:
        raise TicketRefused("Choose at least one service that is not named yet.")
    problem.services_at_risk.add(*fresh)
    text = f"Other services at risk: {', '.join(one.name for one in fresh)}."
    data = {"services": [one.slug for one in fresh]}
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
    for team, owned in _by_team(fresh).items():
        title = f"Find out whether {_names(owned)} can fail as in {ticket.reference}, and prevent it"
        action_items.add(ticket_id=ticket.pk, title=title, due_on=due_on, team=team, actor=actor, at=at)
    save(ticket, at=at)
    return ticket


def _by_team(services: Iterable[Service]) -> dict[Team, list[Service]]:
    found: dict[Team, list[Service]] = {}
    for one in services:
        found.setdefault(one.team, []).append(one)
    return found


def _names(services: list[Service]) -> str:
    """As many as a title holds."""
    names = [one.name[:40] for one in services]
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
