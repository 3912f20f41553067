"""Writes the demo's past in bulk: tickets, timelines, escalations, pages and work intervals, all ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.demo.company import Company
from config.demo.incident_patterns import GUESSES, MAJOR_STEPS
from config.demo.past_incident import PastIncident
from incidents.models import EntryKind, Incident, Response, Ticket, TimelineEntry
from incidents.response import SUBJECT
from incidents.tickets.bulk_insert import insert_many
from oncall.models import Escalation, EscalationEntry, Page, User, WorkInterval

_BATCH = 1000
_EntryData = tuple[str, datetime, str, User | None]
_Row = tuple[Escalation, Ticket, PastIncident]


def write(company: Company, pasts: list[PastIncident]) -> None:
    """Write everything; all pages count as accepted, so nothing is sent."""
    tickets = insert_many([_incident(company, past) for past in pasts])
    company.tickets = tickets
    both = list(zip(tickets, pasts, strict=True))
    TimelineEntry.objects.bulk_create(
        (
            TimelineEntry(ticket=ticket, kind=kind, at=at, text=text, actor=actor)
            for ticket, past in both
            for kind, at, text, actor in sorted(_timeline_entries(company, ticket, past), key=lambda entry: entry[1])
        ),
        batch_size=_BATCH,
    )
    _write_paging([(ticket, past) for ticket, past in both if past.alerted_at])
    WorkInterval.objects.bulk_create(
        (
            WorkInterval(
                user=past.responder,
                subject_type=SUBJECT,
                subject_id=ticket.pk,
                title=str(ticket),
                url=ticket.get_absolute_url(),
                started_at=past.acknowledged_at,
                ended_at=past.restored_at,
                origin="demo",
            )
            for ticket, past in both
            if past.acknowledged_at
        ),
        batch_size=_BATCH,
    )


def _incident(company: Company, past: PastIncident) -> Incident:
    pattern, chance = past.pattern, company.chance
    severity = company.severities[past.rank]
    is_done = past.status == "closed"
    desk = company.responders[company.teams["service-desk"].pk]
    assignee = past.responder
    if past.is_major and past.status == "restored":  # a major with open prevention has a commander
        assignee = company.person("carla") if chance.random() < 0.5 else past.responder
    return Incident(
        kind="incident",
        title=past.title,
        description=pattern.seen,
        customer_impact=pattern.seen,
        category=pattern.category,
        is_security=pattern.category == "Security",
        contact_type=past.contact_type,
        service=company.services[pattern.service],
        severity=severity,
        priority=past.rank,
        status=past.status,
        team=past.team,
        assignee=assignee,
        opened_by=chance.choice(desk) if past.requester else None,
        requester=past.requester,
        closure_code=past.closure_code,
        closure_note=pattern.helped if is_done else "",
        visibility="private" if past.is_private else "open",
        visibility_reason="An employee's account is concerned." if past.is_private else "",
        created_at=past.created_at,
        updated_at=past.closed_at or past.resolved_at or past.restored_at,
        impact_started_at=past.began_at,
        detected_at=past.created_at,
        alerted_at=past.alerted_at,
        acknowledged_at=past.acknowledged_at,
        work_started_at=past.acknowledged_at,
        mitigated_at=past.restored_at,
        restored_at=past.restored_at,
        resolved_at=past.resolved_at,
        closed_at=past.closed_at,
        reopened_at=past.reopened_at,
        times_changed_at=past.changed_at,
        origin="demo",
    )


def _timeline_entries(company: Company, ticket: Ticket, past: PastIncident) -> Iterator[_EntryData]:
    who, restored_at = past.responder, past.restored_at
    opened = f"Opened as {ticket.severity.name} for {ticket.team.name}."
    yield EntryKind.OPENED, past.created_at, opened, ticket.opened_by
    for helper in past.helpers:
        paged_at = past.created_at + timedelta(minutes=5)
        yield EntryKind.PAGE, paged_at, f"{helper.name} was paged: nobody had acknowledged.", None
    if past.acknowledged_at:
        yield EntryKind.STATUS, past.acknowledged_at, f"Acknowledged by {who.name}.", who
        if past.is_major:
            yield from _command_entries(company, past, restored_at)
        elif company.chance.random() < 0.4:
            middle = past.acknowledged_at + (restored_at - past.acknowledged_at) / 2
            yield EntryKind.NOTE, middle, company.chance.choice(GUESSES), who
        yield EntryKind.NOTE, restored_at - timedelta(seconds=20), past.pattern.helped, who
    if past.reopened_at:
        yield EntryKind.STATUS, past.reopened_at, "Reopened. The fault is back.", who
    yield EntryKind.STATUS, restored_at, "Service restored.", who if past.acknowledged_at else None
    if past.changed_at:
        yield EntryKind.CHANGE, past.changed_at, "Impact started at changed.", who
    if past.resolved_at and past.resolved_at != restored_at:
        yield EntryKind.STATUS, past.resolved_at, "Resolved: prevention is done.", who
    if past.closed_at:
        yield EntryKind.STATUS, past.closed_at, "Closed.", who


def _command_entries(company: Company, past: PastIncident, restored_at: datetime) -> Iterator[_EntryData]:
    """What the commander writes, spread over the duration."""
    commander = company.person("carla" if past.team.slug in {"platform", "parcelwise"} else "hannah")
    began = past.acknowledged_at or past.created_at
    for minute, kind, text in MAJOR_STEPS:
        at = began + (restored_at - began) * minute / 50
        actor = commander if minute % 2 else past.responder
        yield kind, at, text.format(commander=commander.name, responder=past.responder.name), actor


def _write_paging(paged: list[tuple[Ticket, PastIncident]]) -> None:
    """Escalations that have ended, and pages that were accepted."""
    escalations = Escalation.objects.bulk_create(
        (_escalation(ticket, past) for ticket, past in paged), batch_size=_BATCH
    )
    rows: list[_Row] = [
        (escalation, ticket, past) for escalation, (ticket, past) in zip(escalations, paged, strict=True)
    ]
    Response.objects.bulk_create(
        (Response(ticket=ticket, team=ticket.team, escalation=escalation) for escalation, ticket, _ in rows),
        batch_size=_BATCH,
    )
    EscalationEntry.objects.bulk_create(
        (
            EscalationEntry(escalation=escalation, at=at, event=event, step=step, round=0, actor=actor, detail=detail)
            for escalation, _, past in rows
            for at, event, step, actor, detail in _escalation_entries(past)
        ),
        batch_size=_BATCH,
    )
    Page.objects.bulk_create((page for row in rows for page in _pages(*row)), batch_size=_BATCH)


def _escalation(ticket: Ticket, past: PastIncident) -> Escalation:
    return Escalation(
        subject_type=SUBJECT,
        subject_id=ticket.pk,
        title=str(ticket),
        url=ticket.get_absolute_url(),
        team=ticket.team,
        policy=ticket.team.escalation_policy,
        frozen_policy={"name": "", "repeat": 0, "fallback": [], "fallback_delay_minutes": 5, "steps": []},
        priority=ticket.severity.rank,
        state="ended",
        step=past.steps,
        firing=past.steps,
        triggered_at=past.alerted_at or past.created_at,
        acknowledged_at=past.acknowledged_at,
        acknowledged_by=past.responder if past.acknowledged_at else None,
        ended_at=past.restored_at,
    )


def _users_by_step(past: PastIncident) -> list[list[User]]:
    """The users that each step paged."""
    if past.steps == 1:
        return [[past.responder]]
    return [past.helpers[:1] or [past.responder], [past.responder, *past.helpers[1:]]]


def _escalation_entries(
    past: PastIncident,
) -> Iterator[tuple[datetime, str, int | None, User | None, dict[str, object]]]:
    for step, people in enumerate(_users_by_step(past)):
        at = past.created_at + timedelta(seconds=2, minutes=5 * step)
        yield at, "page", step, None, {"firing": step + 1, "people": [{"user": person.pk} for person in people]}
    if past.acknowledged_at:
        yield past.acknowledged_at, "ack", None, past.responder, {}
    yield past.restored_at, "resolve", None, past.responder if past.acknowledged_at else None, {}


def _pages(escalation: Escalation, ticket: Ticket, past: PastIncident) -> Iterator[Page]:
    for step, people in enumerate(_users_by_step(past)):
        at = past.created_at + timedelta(seconds=2, minutes=5 * step)
        for person in people:
            yield Page(
                key=f"{escalation.pk}:{step + 1}:{person.pk}:0",
                escalation=escalation,
                firing=step + 1,
                rule=0,
                user=person,
                channel="sms",
                address="demo",
                priority=ticket.severity.rank,
                state="accepted",
                attempts=1,
                due_at=at,
                sent_at=at + timedelta(milliseconds=200),
                accepted_at=at + timedelta(seconds=1),
                created_at=at,
            )
