"""The verbs of a problem: from an incident to the cause, and to the end of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.models import (
    ClosureCode,
    EntryKind,
    Incident,
    LinkKind,
    Service,
    Severity,
    Ticket,
    TicketKind,
    TicketLink,
    TicketStatus,
)
from incidents.prevention.auto_resolve import resolve_waiting
from incidents.response import TicketRefused
from incidents.tickets import links, timeline
from incidents.tickets.locking import lock_ticket, move, save
from oncall.models import Team, User
from problems.investigation.status import PROBLEM
from problems.known_errors import obligations
from problems.models import KnownError, KnownErrorStatus, Problem

CODES = (ClosureCode.FIX_APPLIED, ClosureCode.RISK_ACCEPTED, ClosureCode.DUPLICATE, ClosureCode.CANCELLED)
CODE_CHOICES = [(code.value, code.label) for code in CODES]
_CAUSE_REMAINS = frozenset({ClosureCode.RISK_ACCEPTED, ClosureCode.CANCELLED})
_CARRIED = (
    "description", "category", "service", "impact", "urgency", "priority", "severity", "team", "affected_customers",
    "asset_type", "asset_name", "asset_external_id", "asset_url", "visibility", "visibility_reason",
    "impact_started_at", "detected_at", "origin",
)  # fmt: skip
_ON_TICKET = frozenset({"title", "description", "category", "affected_customers", "service", "severity"})
_ON_PROBLEM = frozenset({"cause", "workaround"})
EDITABLE = _ON_TICKET | _ON_PROBLEM


@transaction.atomic
def open_problem(
    *,
    title: str,
    at: datetime,
    severity: Severity,
    actor: User | None = None,
    service: Service | None = None,
    team: Team | None = None,
    description: str = "",
) -> Ticket:
    """Open a problem that no incident has shown yet."""
    owner = team or (service.team if service else None)
    if owner is None:
        raise TicketRefused("Choose the service it is about, or the team that should look into it.")
    problem = Problem(
        kind=TicketKind.PROBLEM, title=title, description=description, service=service, team=owner,
        severity=severity, priority=min(5, severity.rank), opened_by=actor, created_at=at, updated_at=at,
        impact_started_at=at,
    )  # fmt: skip
    return _insert(problem, f"Opened for {owner.name}.", actor=actor, at=at)


@transaction.atomic
def open_from_incident(*, incident_id: int, actor: User | None, at: datetime, title: str = "") -> Ticket:
    """Open the problem behind an incident: service, impact and timeline go along, and both are linked."""
    incident = _incident(incident_id)
    carried = {name: getattr(incident, name) for name in _CARRIED}
    problem = Problem(
        **carried, kind=TicketKind.PROBLEM, title=title or incident.title, opened_by=actor,
        workaround=incident.workaround, created_at=at, updated_at=at,
    )  # fmt: skip
    ticket = _insert(problem, f"Opened from {incident.reference}.", actor=actor, at=at)
    timeline.carry_over(from_ticket=incident, to_ticket=ticket)
    links.link_tickets(from_ticket=incident, to_ticket=ticket, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return ticket


@transaction.atomic
def link_incident(*, problem_id: int, incident_id: int, actor: User | None, at: datetime) -> Ticket:
    """Say that a problem that exists already caused the incident too."""
    ticket, incident = _locked(problem_id), _incident(incident_id)
    if ticket.status == TicketStatus.CLOSED:
        raise TicketRefused(f"{ticket.reference} is closed. Reopen it, or open a new problem.")
    links.link_tickets(from_ticket=incident, to_ticket=ticket, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return ticket


@transaction.atomic
def assess(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Say that it is worth finding the cause of."""
    return _move(problem_id, TicketStatus.ASSESSED, "Assessed.", note, actor=actor, at=at)


@transaction.atomic
def analyze(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Look for the cause."""
    ticket = _locked(problem_id)
    if ticket.status in {TicketStatus.RESOLVED, TicketStatus.CLOSED}:
        raise TicketRefused(f"{ticket.reference} is {ticket.get_status_display().lower()}: reopen it, and say why.")
    started = {"work_started_at": ticket.work_started_at or at, "assignee": ticket.assignee or actor}
    return _move(
        problem_id, TicketStatus.ANALYSIS, "The cause is being looked for.", note, actor=actor, at=at, **started
    )


@transaction.atomic
def publish_known_error(
    *, problem_id: int, title: str, symptoms: str, workaround: str, actor: User | None, at: datetime
) -> KnownError:
    """Tell those who work on new incidents how to recognize it and what helps; again, to say it better."""
    ticket = _locked(problem_id)
    if not (title.strip() and symptoms.strip() and workaround.strip()):
        raise TicketRefused("Write a title, what people see, and what helps meanwhile.")
    if ticket.status not in {TicketStatus.FIX_IN_PROGRESS, TicketStatus.KNOWN_ERROR}:
        PROBLEM.check(ticket.status, TicketStatus.KNOWN_ERROR)
    said = {"title": title, "symptoms": symptoms, "workaround": workaround, "updated_at": at}
    known, is_new = KnownError.objects.update_or_create(
        problem_id=ticket.pk,
        defaults=said | {"status": KnownErrorStatus.PUBLISHED},
        create_defaults=said | {"published_at": at},
    )
    edit(problem_id=ticket.pk, changes={"workaround": workaround}, actor=actor, at=at)
    text = f"Known error {'published' if is_new else 'changed'}: {title}"
    if ticket.status in {TicketStatus.FIX_IN_PROGRESS, TicketStatus.KNOWN_ERROR}:
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor)
    else:
        _move(problem_id, TicketStatus.KNOWN_ERROR, text, "", actor=actor, at=at)
    obligations.create_review(ticket, known, actor=actor, at=at)
    return known


@transaction.atomic
def start_fix(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Begin to remove the cause."""
    return _move(problem_id, TicketStatus.FIX_IN_PROGRESS, "A fix is being made.", note, actor=actor, at=at)


@transaction.atomic
def resolve(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Say that the cause is removed: its known error retires, and incidents that waited for it settle."""
    ticket = _move(
        problem_id, TicketStatus.RESOLVED, "The cause is removed.", note, actor=actor, at=at, resolved_at=at
    )
    _retire(ticket, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return ticket


@transaction.atomic
def close(
    *, problem_id: int, code: str, actor: User | None, at: datetime, note: str = "", original: Ticket | None = None
) -> Ticket:
    """End it with a code; the incidents that waited for it settle, those of a duplicate wait for the original."""
    ticket = _locked(problem_id)
    if code not in CODES:
        raise TicketRefused(f"Close it as one of: {', '.join(one.label.lower() for one in CODES)}.")
    if code == ClosureCode.FIX_APPLIED and ticket.status not in {TicketStatus.FIX_IN_PROGRESS, TicketStatus.RESOLVED}:
        raise TicketRefused("Start the fix or resolve the problem first; then it can be closed as fixed.")
    if code == ClosureCode.RISK_ACCEPTED and not note.strip():
        raise TicketRefused("Say which risk is accepted, and why. The next incident will ask.")
    if code == ClosureCode.DUPLICATE:
        _hand_to_original(ticket, original, actor=actor, at=at)
    fixed_at = {"resolved_at": ticket.resolved_at or at} if code == ClosureCode.FIX_APPLIED else {}
    text = f"Closed: {ClosureCode(code).label}."
    ended = {"closed_at": at, "closure_code": code, "closure_note": note} | fixed_at
    ticket = _move(problem_id, TicketStatus.CLOSED, text, note, actor=actor, at=at, **ended)
    if code != ClosureCode.RISK_ACCEPTED:  # an accepted risk goes on to need its workaround
        _retire(ticket, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return ticket


@transaction.atomic
def reopen(*, problem_id: int, reason: str, actor: User | None, at: datetime) -> Ticket:
    """Look for the cause again: it was not removed after all, or the risk is no longer accepted."""
    ticket = _locked(problem_id)
    if ticket.status == TicketStatus.CLOSED and ticket.closure_code not in _CAUSE_REMAINS:
        raise TicketRefused(
            f"{ticket.reference} is closed as {ticket.get_closure_code_display().lower()}."
            " Open a new problem and link it to this one."
        )
    if ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is open already.")
    if not reason.strip():
        raise TicketRefused("Say why it is looked at again.")
    begun: dict[str, Any] = {"reopened_at": at, "resolved_at": None, "closed_at": None, "closure_code": ""}
    return _move(problem_id, TicketStatus.ANALYSIS, "Reopened.", reason, actor=actor, at=at, **begun)


@transaction.atomic
def edit(*, problem_id: int, changes: Mapping[str, Any], actor: User | None, at: datetime) -> Ticket:
    """Change only the named facts, under the row's lock, and put each on the timeline."""
    if unknown := set(changes) - EDITABLE:
        raise TicketRefused(f"{', '.join(sorted(unknown))} cannot be changed this way.")
    ticket = _locked(problem_id)
    problem = Problem.objects.get(pk=problem_id)
    changed = {name: value for name, value in changes.items() if getattr(problem, name) != value}
    if not changed:
        return ticket
    on_ticket = [name for name in changed if name in _ON_TICKET]
    for name in on_ticket:
        setattr(ticket, name, changed[name])
    ticket.clean_fields(exclude=[field.name for field in Ticket._meta.fields if field.name not in on_ticket])
    save(ticket, *on_ticket, at=at)
    if on_problem := [name for name in changed if name in _ON_PROBLEM]:
        for name in on_problem:
            setattr(problem, name, changed[name])
        problem.save_base(raw=True, update_fields=on_problem)
    for name, value in changed.items():
        data = {"field": name, "to": str(value or "")}
        text = f"{name.replace('_', ' ').capitalize()} changed."
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
    return ticket


def _insert(problem: Problem, text: str, *, actor: User | None, at: datetime) -> Ticket:
    problem.clean_fields(exclude=[field.name for field in Problem._meta.fields if field.is_relation] + ["number"])
    problem.save()
    timeline.record(ticket_id=problem.pk, kind=EntryKind.OPENED, text=text, at=at, actor=actor)
    return Ticket.objects.select_related("service", "severity", "team").get(pk=problem.pk)


def _incident(incident_id: int) -> Incident:
    return Incident.objects.select_related("service", "severity", "team").get(pk=incident_id)


def _locked(problem_id: int) -> Ticket:
    """The problem's ticket, locked; Refused for a ticket of another kind."""
    ticket = lock_ticket(problem_id)
    if ticket.kind != TicketKind.PROBLEM:
        raise TicketRefused(f"{ticket.reference} is not a problem.")
    return ticket


def _move(
    problem_id: int, status: TicketStatus, text: str, note: str, *, actor: User | None, at: datetime, **stamps: Any
) -> Ticket:
    ticket = _locked(problem_id)
    words = f"{text} {note}".strip()
    move(ticket, status, at=at, actor=actor, text=words, lifecycle=PROBLEM, **stamps)
    return ticket


def _retire(ticket: Ticket, *, at: datetime) -> None:
    KnownError.objects.filter(problem=ticket.pk, status=KnownErrorStatus.PUBLISHED).update(
        status=KnownErrorStatus.RETIRED, updated_at=at
    )
    obligations.withdraw_review(ticket, at=at)


def _hand_to_original(ticket: Ticket, original: Ticket | None, *, actor: User | None, at: datetime) -> None:
    if original is None or original.kind != TicketKind.PROBLEM or original.pk == ticket.pk:
        raise TicketRefused("Choose the problem that it is a duplicate of.")
    links.link_tickets(from_ticket=ticket, to_ticket=original, kind=LinkKind.DUPLICATE_OF, actor=actor, at=at)
    caused = TicketLink.objects.filter(to_ticket=ticket, kind=LinkKind.CAUSED_BY).select_related("from_ticket")
    for link in list(caused.order_by("from_ticket")):
        links.link_tickets(
            from_ticket=link.from_ticket, to_ticket=original, kind=LinkKind.CAUSED_BY, actor=actor, at=at
        )
