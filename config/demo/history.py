"""Five weeks of incidents, written in bulk: over, or too mild to page, so that they wake nobody."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import EntryKind, Incident, Response, Service, Severity, Ticket, TimelineEntry
from incidents.response import SUBJECT
from incidents.tickets import insert_many
from oncall.models import Escalation, EscalationEntry, Page, User, WorkInterval

SEED = 20261
COUNT = 70
# Title, service, usual rank, what customers saw, what helped.
_STORIES = [
    ("Payments time out", "Checkout", 2, "Paying takes a minute and then fails.", "Restarted the payment workers."),
    ("Checkout answers with errors", "Checkout", 1, "Nobody can place an order.", "Rolled the last release back."),
    ("Order confirmations arrive late", "Checkout", 3, "Mails come an hour late.", "Drained the mail queue."),
    ("Search finds nothing", "Search", 2, "Every search is empty.", "Rebuilt the index from the replica."),
    ("Search is slow", "Search", 3, "Results take five seconds.", "Added a node and dropped the cold cache."),
    ("Shop pages without pictures", "Web shop", 3, "Products show without pictures.", "Renewed the certificate."),
    ("Web shop is slow in the evening", "Web shop", 3, "Pages take long to load.", "Raised the replica count."),
    ("Replica lags behind", "Orders database", 3, "Stock numbers are old.", "Stopped a runaway report."),
    ("Disk of the orders database is filling up", "Orders database", 2, "Nothing yet.", "Removed old WAL files."),
    ("Too many connections", "Orders database", 2, "Orders fail now and then.", "Put the pooler back in front."),
    ("Nodes are not ready", "Kubernetes", 2, "Parts of the shop fail.", "Cordoned and replaced the nodes."),
    ("Image pulls fail", "Kubernetes", 3, "Nothing yet.", "Switched to the mirror."),
    ("A label on the order page is wrong", "Web shop", 5, "A typo.", "Corrected the text."),
    ("Certificate expires in ten days", "Kubernetes", 4, "Nothing yet.", "Renewed it."),
]

# Still open, and all too mild to page anyone: title, service, rank, status, hold reason, hours old, contact type.
_OPEN = [
    ("Returns form rejects addresses in Ireland", "Web shop", 4, "in_progress", "", 5, "phone"),
    ("Invoice shows the old logo", "Web shop", 5, "new", "", 3, "email"),
    ("Search suggests discontinued products", "Search", 4, "on_hold", "supplier", 50, "portal"),
    ("Report of yesterday's orders is empty", "Orders database", 4, "acknowledged", "", 2, "phone"),
    ("Staging cluster is short of memory", "Kubernetes", 4, "new", "", 1, "portal"),
    ("Customer cannot change the delivery day", "Checkout", 4, "on_hold", "requester", 26, "phone"),
]


@dataclass(frozen=True)
class _Past:
    """When one past incident began, was answered, restored."""

    started_at: datetime
    acknowledged_at: datetime
    restored_at: datetime
    responder: User
    story: tuple[str, str, int, str, str]


def write(
    *,
    services: dict[str, Service],
    severities: dict[int, Severity],
    people: dict[str, User],
    since: datetime,
    at: datetime,
) -> int:
    """Write the past between `since` and `at`, the same at every start, and say how many incidents it holds."""
    chance = random.Random(SEED)
    responders = {
        service.pk: [m.user for m in service.team.memberships.select_related("user").filter(role="responder")]
        for service in services.values()
    }
    pasts = sorted(
        (_imagine(chance, services, responders, since, at) for _ in range(COUNT)), key=lambda one: one.started_at
    )
    tickets = insert_many([_incident(chance, past, services, severities, people, at) for past in pasts])
    paged = [(t, p) for t, p in zip(tickets, pasts, strict=True) if t.severity.pages]
    TimelineEntry.objects.bulk_create(
        entry for ticket, past in zip(tickets, pasts, strict=True) for entry in _timeline(ticket, past)
    )
    _write_paging(paged)
    return len(tickets) + _write_open(services, severities, people, responders, at)


def _write_open(
    services: dict[str, Service],
    severities: dict[int, Severity],
    people: dict[str, User],
    responders: dict[int, list[User]],
    at: datetime,
) -> int:
    """A queue with something in it: work of the last days that waits, is being done, or is new."""
    incidents = []
    for title, name, rank, status, hold_reason, hours, contact_type in _OPEN:
        service, began = services[name], at - timedelta(hours=hours)
        is_new = status == "new"
        incidents.append(
            Incident(
                kind="incident",
                title=title,
                contact_type=contact_type,
                service=service,
                severity=severities[rank],
                priority=rank,
                status=status,
                hold_reason=hold_reason,
                team=service.team,
                assignee=None if is_new else responders[service.pk][0],
                opened_by=people["Jonas Weber"],
                created_at=began,
                updated_at=began,
                impact_started_at=began,
                detected_at=began,
                acknowledged_at=None if is_new else began + timedelta(minutes=9),
                origin="demo",
            )
        )
    tickets = insert_many(incidents)
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            ticket=ticket,
            kind=EntryKind.OPENED,
            at=ticket.created_at,
            actor=ticket.opened_by,
            text=f"Opened as {ticket.severity.name} for {ticket.team.name}.",
        )
        for ticket in tickets
    )
    return len(tickets)


def _imagine(
    chance: random.Random,
    services: dict[str, Service],
    responders: dict[int, list[User]],
    since: datetime,
    at: datetime,
) -> _Past:
    story = chance.choice(_STORIES)
    started_at = since + (at - timedelta(hours=3) - since) * chance.random()
    acknowledged_at = started_at + timedelta(seconds=chance.lognormvariate(5, 0.7))
    restored_at = acknowledged_at + timedelta(minutes=chance.lognormvariate(3.3, 0.8))
    responder = chance.choice(responders[services[story[1]].pk])
    return _Past(started_at, acknowledged_at, min(restored_at, at), responder, story)


def _incident(
    chance: random.Random,
    past: _Past,
    services: dict[str, Service],
    severities: dict[int, Severity],
    people: dict[str, User],
    at: datetime,
) -> Incident:
    title, name, rank, seen, helped = past.story
    service, severity = services[name], severities[rank]
    waits = severity.needs_prevention and chance.random() < 0.25
    status = "restored" if waits else "closed" if at - past.restored_at > timedelta(days=3) else "resolved"
    is_call = not severity.pages or chance.random() < 0.25
    return Incident(
        kind="incident",
        title=title,
        description=seen,
        customer_impact=seen,
        contact_type="phone" if is_call else "alert",
        service=service,
        severity=severity,
        priority=rank,
        status=status,
        team=service.team,
        assignee=past.responder,
        opened_by=people["Jonas Weber"] if is_call else None,
        closure_code="solved" if status == "closed" else "",
        closure_note=helped if status == "closed" else "",
        created_at=past.started_at,
        updated_at=past.restored_at,
        impact_started_at=past.started_at,
        detected_at=past.started_at,
        alerted_at=past.started_at + timedelta(seconds=1) if severity.pages else None,
        acknowledged_at=past.acknowledged_at,
        work_started_at=past.acknowledged_at + timedelta(minutes=1),
        mitigated_at=past.restored_at,
        restored_at=past.restored_at,
        resolved_at=None if waits else past.restored_at,
        closed_at=past.restored_at + timedelta(hours=1) if status == "closed" else None,
        origin="demo",
    )


def _timeline(ticket: Ticket, past: _Past) -> list[TimelineEntry]:
    name = past.responder.name
    lines = [
        (EntryKind.OPENED, past.started_at, f"Opened as {ticket.severity.name} for {ticket.team.name}.", None),
        (EntryKind.STATUS, past.acknowledged_at, f"Acknowledged by {name}.", past.responder),
        (EntryKind.NOTE, past.acknowledged_at + timedelta(minutes=2), past.story[3], past.responder),
        (EntryKind.NOTE, past.restored_at - timedelta(seconds=20), past.story[4], past.responder),
        (EntryKind.STATUS, past.restored_at, "Service restored.", past.responder),
    ]
    return [TimelineEntry(ticket=ticket, kind=kind, at=at, text=text, actor=actor) for kind, at, text, actor in lines]


def _write_paging(paged: list[tuple[Ticket, _Past]]) -> None:
    """Escalations that have ended, pages that were accepted, and the minutes that were worked."""
    escalations = Escalation.objects.bulk_create(
        Escalation(
            subject_type=SUBJECT,
            subject_id=ticket.pk,
            title=str(ticket),
            url=ticket.get_absolute_url(),
            team=ticket.team,
            policy=ticket.team.escalation_policy,
            frozen_policy={"name": "", "repeat": 0, "fallback": [], "fallback_delay_minutes": 5, "steps": []},
            priority=ticket.severity.rank,
            state="ended",
            step=1,
            firing=1,
            triggered_at=past.started_at,
            acknowledged_at=past.acknowledged_at,
            acknowledged_by=past.responder,
            ended_at=past.restored_at,
        )
        for ticket, past in paged
    )
    rows = [(one, ticket, past) for one, (ticket, past) in zip(escalations, paged, strict=True)]
    Response.objects.bulk_create(Response(ticket=t, team=t.team, escalation=one) for one, t, _ in rows)
    EscalationEntry.objects.bulk_create(
        EscalationEntry(escalation=one, at=at, event=event, step=step, round=0, actor=actor, detail=detail)
        for one, _, past in rows
        for at, event, step, actor, detail in (
            (past.started_at, "page", 0, None, {"firing": 1, "people": [{"user": past.responder.pk}]}),
            (past.acknowledged_at, "ack", None, past.responder, {}),
            (past.restored_at, "resolve", None, past.responder, {}),
        )
    )
    Page.objects.bulk_create(
        Page(
            key=f"{one.pk}:1:{past.responder.pk}:0",
            escalation=one,
            firing=1,
            rule=0,
            user=past.responder,
            channel="sms",
            address="demo",
            priority=ticket.severity.rank,
            state="accepted",
            attempts=1,
            due_at=past.started_at,
            sent_at=past.started_at + timedelta(milliseconds=200),
            accepted_at=past.started_at + timedelta(seconds=1),
            created_at=past.started_at,
        )
        for one, ticket, past in rows
    )
    WorkInterval.objects.bulk_create(
        WorkInterval(
            user=past.responder,
            subject_type=SUBJECT,
            subject_id=ticket.pk,
            title=str(ticket),
            url=ticket.get_absolute_url(),
            started_at=past.acknowledged_at,
            ended_at=max(past.restored_at, past.acknowledged_at),
            origin="demo",
        )
        for _, ticket, past in rows
    )
