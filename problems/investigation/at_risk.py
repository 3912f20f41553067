"""Other services at risk (S34): proposed by the dependency map, chosen by a person, an action item per owner team."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from incidents.models import Service, ServiceDependency, Ticket, TicketStatus
from incidents.prevention import action_items
from incidents.response import TicketRefused
from incidents.tickets.changes import record_change
from incidents.tickets.locking import save
from oncall.models import Team, User
from problems.investigation.lifecycle import lock_problem
from problems.models import Problem

_MAX_NAMES = 3


@dataclass(frozen=True)
class AtRisk:
    """A service that the same cause may affect, and why."""

    service: Service
    because: str


def propose(ticket: Ticket) -> list[AtRisk]:
    """Services that depend on the problem's service or on what it depends on, nearest first, in three queries.

    Services that are named already, and the problem's own, are left out.
    """
    if ticket.service_id is None:
        return []
    needs, needed_by = _dependency_map()
    named = set(
        Problem.services_at_risk.through.objects.filter(problem=ticket.pk).values_list("service_id", flat=True)
    )
    rows = {row.pk: row for row in Service.objects.select_related("team").order_by("tier", "name")}
    reasons: dict[int, str] = {}
    service = rows[ticket.service_id]
    for pk, through in _dependents(service.pk, needed_by):
        via = f" through {rows[through].name}" if through != service.pk else ""
        reasons.setdefault(pk, f"needs {service.name}{via}")
    for below in (pk for pk in rows if pk in needs[service.pk]):
        for pk in (pk for pk in rows if pk in needed_by[below]):
            reasons.setdefault(pk, f"needs {rows[below].name}, as {service.name} does")
    return [AtRisk(rows[pk], reason) for pk, reason in reasons.items() if pk not in named and pk != service.pk]


def _dependency_map() -> tuple[defaultdict[int, set[int]], defaultdict[int, set[int]]]:
    needs: defaultdict[int, set[int]] = defaultdict(set)
    needed_by: defaultdict[int, set[int]] = defaultdict(set)
    for service, below in ServiceDependency.objects.values_list("service_id", "needs_id"):
        needs[service].add(below)
        needed_by[below].add(service)
    return needs, needed_by


def _dependents(start: int, needed_by: defaultdict[int, set[int]]) -> Iterable[tuple[int, int]]:
    """Each service that depends on `start`, with the one through which it does; each once, even in circles."""
    visited, level = {start}, [start]
    while level:
        above = [(pk, through) for through in level for pk in sorted(needed_by[through])]
        level = []
        for pk, through in above:
            if pk not in visited:
                visited.add(pk)
                level.append(pk)
                yield pk, through


@transaction.atomic
def name_services(
    *, problem_id: int, services: Collection[Service], due_on: date, actor: User | None, at: datetime
) -> Ticket:
    """Record that the same cause may affect these services: each owner team gets ONE action item.

    Services that are named already are skipped. Raises TicketRefused.
    """
    ticket = lock_problem(problem_id)
    if ticket.status == TicketStatus.CLOSED:
        raise TicketRefused(f"{ticket.reference} is closed. Reopen it, or open a new problem.")
    if due_on < at.date():
        raise TicketRefused("This day is in the past. Choose a later day.", field="due_on")
    problem: Problem = ticket.problem
    named = list(problem.services_at_risk.order_by("name"))
    left_out = {service.pk for service in named} | {ticket.service_id}
    new_services = sorted(
        {service for service in services if service.pk not in left_out}, key=lambda service: service.name
    )
    if not new_services:
        raise TicketRefused("Choose at least one service that is not named yet.", field="services")
    problem.services_at_risk.add(*new_services)
    record_change(
        ticket_id=ticket.pk, field="services_at_risk",
        before=", ".join(service.slug for service in named),
        after=", ".join(service.slug for service in [*named, *new_services]),
        text=f"Other services at risk: {', '.join(service.name for service in new_services)}.",
        actor=actor, at=at, data={"services": [service.slug for service in new_services]},
    )  # fmt: skip
    for team, owned in _by_team(new_services).items():
        title = f"Find out whether {_names(owned)} can fail as in {ticket.reference}, and prevent it"
        action_items.add(ticket_id=ticket.pk, title=title, due_on=due_on, team=team, actor=actor, at=at)
    save(ticket, at=at)
    return ticket


def _by_team(services: Iterable[Service]) -> dict[Team, list[Service]]:
    services_by_team: dict[Team, list[Service]] = {}
    for service in services:
        services_by_team.setdefault(service.team, []).append(service)
    return services_by_team


def _names(services: list[Service]) -> str:
    """Names for a title; the rest as a count."""
    names = [service.name[:40] for service in services]
    if len(names) > _MAX_NAMES:
        names = [*names[: _MAX_NAMES - 1], f"{len(names) - _MAX_NAMES + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
