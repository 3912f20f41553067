"""Actions on a problem: open, link, assess, analyze, publish a known error, fix, resolve, close, reopen, edit."""

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
from incidents.response.privacy import default_visibility, hide_for_category
from incidents.tickets import clock_facts, links, priority, timeline
from incidents.tickets.changes import change_fields, old_and_new
from incidents.tickets.locking import lock_record, move
from oncall.models import Team, User
from problems.investigation.status import PROBLEM
from problems.known_errors import obligations
from problems.models import KnownError, KnownErrorStatus, Problem

CODES = (ClosureCode.FIX_APPLIED, ClosureCode.RISK_ACCEPTED, ClosureCode.DUPLICATE, ClosureCode.CANCELLED)
CODE_CHOICES = [(code.value, code.label) for code in CODES]
_CAUSE_REMAINS = frozenset({ClosureCode.RISK_ACCEPTED, ClosureCode.CANCELLED})
_COPIED_FIELDS = (
    "description", "category", "is_security", "service", "impact", "urgency", "priority", "severity", "team",
    "affected_customers", "asset_type", "asset_name", "asset_external_id", "asset_url", "visibility",
    "visibility_reason", "impact_started_at", "detected_at", "origin",
)  # fmt: skip
EDITABLE = frozenset({
    "title", "description", "category", "is_security", "affected_customers", "service", "severity", "cause",
    "workaround",
})  # fmt: skip


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
    """Open a problem without an incident, private if that is its team's default. Raises TicketRefused."""
    owner = team or (service.team if service else None)
    if owner is None:
        raise TicketRefused("Choose the service it is about, or the team that should investigate it.", field="team")
    visibility, because = default_visibility(visibility="", reason="", team=owner, category=None)
    problem = Problem(
        visibility=visibility, visibility_reason=because,
        kind=TicketKind.PROBLEM, title=title, description=description, service=service, team=owner,
        severity=severity, priority=priority.priority_of(severity=severity), opened_by=actor, created_at=at,
        updated_at=at, impact_started_at=at,
    )  # fmt: skip
    return _insert(problem, f"Opened for {owner.name}.", actor=actor, at=at)


@transaction.atomic
def open_from_incident(*, incident_id: int, actor: User | None, at: datetime, title: str = "") -> Ticket:
    """Open the problem of an incident: copy service, impact and timeline, and link both."""
    incident = _incident(incident_id)
    copied = {name: getattr(incident, name) for name in _COPIED_FIELDS}
    problem = Problem(
        **copied, kind=TicketKind.PROBLEM, title=title or incident.title, opened_by=actor,
        workaround=incident.workaround, created_at=at, updated_at=at,
    )  # fmt: skip
    ticket = _insert(problem, f"Opened from {incident.reference}.", actor=actor, at=at)
    timeline.carry_over(from_ticket=incident, to_ticket=ticket)
    links.link_tickets(from_ticket=incident, to_ticket=ticket, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return ticket


@transaction.atomic
def link_incident(*, problem_id: int, incident_id: int, actor: User | None, at: datetime) -> Ticket:
    """Link an incident that an existing problem caused. Raises TicketRefused."""
    ticket, incident = lock_problem(problem_id), _incident(incident_id)
    if ticket.status == TicketStatus.CLOSED:
        raise TicketRefused(f"{ticket.reference} is closed. Reopen it, or open a new problem.")
    links.link_tickets(from_ticket=incident, to_ticket=ticket, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return ticket


@transaction.atomic
def assess(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Assess it: its cause should be investigated."""
    return _move(lock_problem(problem_id), TicketStatus.ASSESSED, "Assessed.", note, actor=actor, at=at)


@transaction.atomic
def analyze(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Analyze it: investigate the cause. Raises TicketRefused."""
    ticket = lock_problem(problem_id)
    if ticket.status in {TicketStatus.RESOLVED, TicketStatus.CLOSED}:
        raise TicketRefused(
            f"{ticket.reference} is {ticket.get_status_display().lower()}. Reopen it first, and say why."
        )
    started = {"work_started_at": ticket.work_started_at or at}
    _move(ticket, TicketStatus.ANALYSIS, "Analysis started.", note, actor=actor, at=at, **started)
    if ticket.assignee is None and not (actor and actor.is_service):
        change_fields(ticket=ticket, values={"assignee": actor}, actor=actor, at=at)
    return ticket


@transaction.atomic
def publish_known_error(
    *, problem_id: int, title: str, symptoms: str, workaround: str, actor: User | None, at: datetime
) -> KnownError:
    """Publish its symptoms and workaround for responders of new incidents; a second call updates them."""
    ticket = lock_problem(problem_id)
    if not (title.strip() and symptoms.strip() and workaround.strip()):
        raise TicketRefused("Write a title, the symptoms and a workaround.")
    is_known = ticket.status in {TicketStatus.FIX_IN_PROGRESS, TicketStatus.KNOWN_ERROR}
    if not is_known:
        PROBLEM.check(ticket.status, TicketStatus.KNOWN_ERROR)
    known_error, is_new = KnownError.objects.get_or_create(
        problem_id=ticket.pk,
        defaults={
            "title": title, "symptoms": symptoms, "workaround": workaround, "published_at": at, "updated_at": at,
        },
    )  # fmt: skip
    values = {"title": title, "symptoms": symptoms, "workaround": workaround, "status": KnownErrorStatus.PUBLISHED}
    data = _change_known_error(known_error, values, is_new=is_new, at=at)
    change_fields(ticket=ticket, values={"workaround": workaround}, actor=actor, at=at)
    text = f"Known error {'published' if is_new else 'changed'}: {title}"
    if is_known:
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
    else:
        _move(ticket, TicketStatus.KNOWN_ERROR, text, "", actor=actor, at=at, data=data)
    obligations.create_review(ticket, known_error, actor=actor, at=at)
    return known_error


@transaction.atomic
def start_fix(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Start to fix the cause."""
    return _move(lock_problem(problem_id), TicketStatus.FIX_IN_PROGRESS, "Fix started.", note, actor=actor, at=at)


@transaction.atomic
def resolve(*, problem_id: int, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Resolve it: the cause is fixed. Its known error retires, and incidents that waited for it are settled."""
    ticket = lock_problem(problem_id)
    _move(ticket, TicketStatus.RESOLVED, "The cause is fixed.", note, actor=actor, at=at, resolved_at=at)
    _retire_known_error(ticket, actor=actor, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return ticket


@transaction.atomic
def close(
    *, problem_id: int, code: str, actor: User | None, at: datetime, note: str = "", original: Ticket | None = None
) -> Ticket:
    """Close it with a code; waiting incidents are settled, those of a duplicate wait for the original.

    Raises TicketRefused.
    """
    ticket = lock_problem(problem_id)
    if code not in CODES:
        raise TicketRefused(f"Close it as one of: {', '.join(choice.label.lower() for choice in CODES)}.")
    if code == ClosureCode.FIX_APPLIED and ticket.status not in {TicketStatus.FIX_IN_PROGRESS, TicketStatus.RESOLVED}:
        raise TicketRefused("Start the fix or resolve the problem first; then it can be closed as fixed.")
    if code == ClosureCode.RISK_ACCEPTED and not note.strip():
        raise TicketRefused("Say which risk is accepted, and why.")
    if code == ClosureCode.DUPLICATE:
        _move_incidents_to_original(ticket, original, actor=actor, at=at)
    fixed_at = {"resolved_at": ticket.resolved_at or at} if code == ClosureCode.FIX_APPLIED else {}
    text = f"Closed: {ClosureCode(code).label}."
    stamps = {"closed_at": at, "closure_code": code, "closure_note": note} | fixed_at
    _move(ticket, TicketStatus.CLOSED, text, note, actor=actor, at=at, **stamps)
    if code != ClosureCode.RISK_ACCEPTED:  # an accepted risk still needs its workaround
        _retire_known_error(ticket, actor=actor, at=at)
    resolve_waiting(ticket=ticket, at=at)
    return ticket


@transaction.atomic
def reopen(*, problem_id: int, reason: str, actor: User | None, at: datetime) -> Ticket:
    """Analyze it again: the cause was not fixed, or the risk is no longer accepted. Raises TicketRefused."""
    ticket = lock_problem(problem_id)
    if ticket.status == TicketStatus.CLOSED and ticket.closure_code not in _CAUSE_REMAINS:
        raise TicketRefused(
            f"{ticket.reference} is closed as {ticket.get_closure_code_display().lower()}."
            " Open a new problem and link it to this one."
        )
    if ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is open already.")
    if not reason.strip():
        raise TicketRefused("Say why it is reopened.")
    stamps: dict[str, Any] = {"reopened_at": at, "resolved_at": None, "closed_at": None, "closure_code": ""}
    return _move(ticket, TicketStatus.ANALYSIS, "Reopened.", reason, actor=actor, at=at, **stamps)


@transaction.atomic
def edit(*, problem_id: int, changes: Mapping[str, Any], actor: User | None, at: datetime) -> Ticket:
    """Change only the named fields, under the row's lock, and record each with its old and new value.

    Another category makes it private if that is the category's default. Raises TicketRefused for a field that is not
    edited this way, ValidationError for a value that is not allowed.
    """
    if unknown := set(changes) - EDITABLE:
        raise TicketRefused(f"{', '.join(sorted(unknown))} cannot be changed this way.")
    ticket = lock_problem(problem_id)
    before = ticket.category
    change_fields(ticket=ticket, values=changes, actor=actor, at=at)
    if ticket.category != before:
        hide_for_category(ticket=ticket, actor=actor, at=at)
    return ticket


def _insert(problem: Problem, text: str, *, actor: User | None, at: datetime) -> Ticket:
    problem.clean_fields(exclude=[field.name for field in Problem._meta.fields if field.is_relation] + ["number"])
    problem.save()
    facts = clock_facts.opened(problem)
    timeline.record(ticket_id=problem.pk, kind=EntryKind.OPENED, text=text, at=at, actor=actor, facts=facts)
    return Ticket.objects.select_related("service", "severity", "team").get(pk=problem.pk)


def _incident(incident_id: int) -> Incident:
    return Incident.objects.select_related("service", "severity", "team").get(pk=incident_id)


def lock_problem(problem_id: int) -> Ticket:
    """The problem's ticket, locked with the problem's own columns. Raises TicketRefused for another kind."""
    return lock_record(problem_id, kind=TicketKind.PROBLEM)


def _move(
    ticket: Ticket, status: TicketStatus, text: str, note: str, *, actor: User | None, at: datetime, **stamps: Any
) -> Ticket:
    """Move the locked ticket."""
    move(ticket, status, at=at, actor=actor, text=f"{text} {note}".strip(), lifecycle=PROBLEM, **stamps)
    return ticket


def _change_known_error(
    known_error: KnownError, values: Mapping[str, Any], *, at: datetime, is_new: bool = False
) -> dict[str, Any]:
    """Set these columns of a locked problem's known error; returns old and new of each for the timeline's entry."""
    changes = {}
    for name, value in values.items():
        before = "" if is_new else getattr(known_error, name)
        if before != value:
            changes[name] = old_and_new(before, value)
            setattr(known_error, name, value)
    if not is_new:
        known_error.updated_at = at
        known_error.save(update_fields=[*values, "updated_at"])
    return {"known_error": known_error.pk, "changes": changes}


def _retire_known_error(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    known_error = KnownError.objects.filter(problem=ticket.pk, status=KnownErrorStatus.PUBLISHED).first()
    if known_error is not None:
        data = _change_known_error(known_error, {"status": KnownErrorStatus.RETIRED}, at=at)
        text = f"Known error retired: {known_error.title}"
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data=data)
    obligations.withdraw_review(ticket, at=at)


def _move_incidents_to_original(ticket: Ticket, original: Ticket | None, *, actor: User | None, at: datetime) -> None:
    if original is None or original.kind != TicketKind.PROBLEM or original.pk == ticket.pk:
        raise TicketRefused("Choose the problem that it is a duplicate of.", field="original")
    links.link_tickets(from_ticket=ticket, to_ticket=original, kind=LinkKind.DUPLICATE_OF, actor=actor, at=at)
    caused = TicketLink.objects.filter(to_ticket=ticket, kind=LinkKind.CAUSED_BY).select_related("from_ticket")
    for link in list(caused.order_by("from_ticket")):
        links.link_tickets(
            from_ticket=link.from_ticket, to_ticket=original, kind=LinkKind.CAUSED_BY, actor=actor, at=at
        )
