"""Writes the demo's past in bulk: tickets, timelines, escalations, pages and work intervals, all ended."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from config.demo.company import Company
from config.demo.incident_patterns import GUESSES, MAJOR_STEPS
from config.demo.master_data import TOLD
from config.demo.past_incident import PastIncident
from incidents.models import EntryKind, Incident, Response, Ticket, TimelineEntry
from incidents.response import SUBJECT
from incidents.tickets import clock_facts
from incidents.tickets.bulk_insert import insert_many
from oncall.models import ContactKind, Escalation, EscalationEntry, Page, User, WorkInterval

_BATCH = 1000
_EntryData = tuple[str, datetime, str, User | None, list[clock_facts.Fact]]
"""Kind, time, text, actor, and what it means to clocks."""
_Row = tuple[Escalation, Ticket, PastIncident]


def write(company: Company, pasts: list[PastIncident]) -> None:
    """Write everything; all pages count as accepted, so nothing is sent."""
    tickets = insert_many([_incident(company, past) for past in pasts])
    company.tickets = tickets
    both = list(zip(tickets, pasts, strict=True))
    TimelineEntry.objects.bulk_create(
        (
            TimelineEntry(ticket=ticket, kind=kind, at=at, recorded_at=at, text=text, actor=actor, facts=facts or None)
            for ticket, past in both
            for kind, at, text, actor, facts in _in_order(_timeline_entries(company, ticket, past))
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


def _in_order(entries: Iterator[_EntryData]) -> list[_EntryData]:
    return sorted(entries, key=lambda entry: entry[1])


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
    # Who corrected the start of the impact knew it only then.
    facts = clock_facts.opened(ticket)[: 1 if past.changed_at else None]
    yield EntryKind.OPENED, past.created_at, opened, ticket.opened_by, facts
    if past.alerted_at:
        first = _users_by_step(past)[0][0]
        text = f"{first.name} was paged by {ContactKind.SMS.label.lower()}."
        yield EntryKind.PAGE, past.alerted_at, text, None, clock_facts.happened("alerted")
    for helper in past.helpers:
        paged_at = past.created_at + timedelta(minutes=5)
        yield EntryKind.PAGE, paged_at, f"{helper.name} was paged: nobody had acknowledged.", None, []
    if past.acknowledged_at:
        facts = clock_facts.acknowledged(ticket.team if past.alerted_at else None)
        yield EntryKind.STATUS, past.acknowledged_at, f"Acknowledged by {who.name}.", who, facts
        if past.is_major:
            yield from _command_entries(company, past, restored_at)
        elif company.chance.random() < 0.4:
            middle = past.acknowledged_at + (restored_at - past.acknowledged_at) / 2
            yield EntryKind.NOTE, middle, company.chance.choice(GUESSES), who, []
        yield EntryKind.NOTE, restored_at - timedelta(seconds=20), past.pattern.helped, who, []
    if past.reopened_at and past.acknowledged_at:
        ended_at = max(past.acknowledged_at, past.reopened_at - timedelta(minutes=10))
        yield EntryKind.STATUS, ended_at, "Service restored.", who, clock_facts.happened("restored")
        text = "Reopened. The fault is back."
        yield EntryKind.STATUS, past.reopened_at, text, who, clock_facts.happened("reopened")
    yield from _updates(past)
    is_resolved = past.resolved_at == restored_at
    facts = clock_facts.happened("restored") + (clock_facts.happened("resolved") if is_resolved else [])
    yield EntryKind.STATUS, restored_at, "Service restored.", who if past.acknowledged_at else None, facts
    if past.changed_at:
        facts = clock_facts.impact(past.began_at)
        yield EntryKind.CHANGE, past.changed_at, "Impact started at changed.", who, facts
    if past.resolved_at and not is_resolved:
        facts = clock_facts.happened("resolved")
        yield EntryKind.STATUS, past.resolved_at, "Resolved: prevention is done.", who, facts
    if past.closed_at:
        facts = clock_facts.of_move(ticket=ticket, before="resolved")
        yield EntryKind.STATUS, past.closed_at, "Closed.", who, facts


def _command_entries(company: Company, past: PastIncident, restored_at: datetime) -> Iterator[_EntryData]:
    """What the commander writes, spread over the duration."""
    commander = company.person("carla" if past.team.slug in {"platform", "parcelwise"} else "hannah")
    began = past.acknowledged_at or past.created_at
    for minute, kind, fact, text in MAJOR_STEPS:
        at = began + (restored_at - began) * minute / 50
        actor = commander if minute % 2 else past.responder
        words = text.format(commander=commander.name, responder=past.responder.name)
        yield kind, at, words, actor, clock_facts.happened(fact) if fact else []


def _updates(past: PastIncident) -> Iterator[_EntryData]:
    """What customers read until the service works again; now and then an update comes late."""
    first, between, *_ = TOLD[past.rank]
    if first is None or between is None or past.acknowledged_at is None:
        return
    # Dice of their own: the rest of the past stays as it is.
    chance = random.Random(int(past.began_at.timestamp()))
    at = past.began_at + timedelta(minutes=first * chance.uniform(0.5, 1.04))
    while (at := max(at, past.created_at + timedelta(minutes=1))) < past.restored_at - timedelta(minutes=1):
        text = "Posted to the status page: we are working on it, and when the next update follows."
        yield EntryKind.NOTE, at, text, past.responder, clock_facts.happened("update")
        at += timedelta(minutes=between * chance.uniform(0.5, 1.01))


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
