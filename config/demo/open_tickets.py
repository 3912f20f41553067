"""The demo's open tickets: new, on hold, in progress; all with a severity that pages nobody."""

from datetime import timedelta

from config.demo.company import Company
from incidents.models import EntryKind, HoldReason, Incident, TimelineEntry
from incidents.tickets import clock_facts
from incidents.tickets.bulk_insert import insert_many

# Title, service, rank, status, hold reason, hours old, contact type, assignee (a first name).
_OPEN = [
    ("Returns form rejects addresses in Ireland", "Web shop", 4, "in_progress", "", 5, "phone", "aylin"),
    ("Invoice shows the old logo", "Web shop", 5, "new", "", 3, "email", ""),
    ("Search suggests discontinued products", "Search", 4, "on_hold", "supplier", 50, "portal", "tom"),
    ("Report of yesterday's orders is empty", "Orders database", 4, "acknowledged", "", 2, "phone", "sam"),
    ("Staging cluster is short of memory", "Kubernetes", 4, "new", "", 1, "portal", ""),
    ("Customer cannot change the delivery day", "Checkout", 4, "on_hold", "requester", 26, "phone", "jonas"),
    ("New colleague has no access to the wiki", "Single sign-on", 4, "in_progress", "", 4, "portal", "jonas"),
    ("Laptop battery swells", "Workplace", 4, "on_hold", "supplier", 30, "phone", "nina"),
    ("Projector in room 4 flickers", "Workplace", 5, "acknowledged", "", 7, "chat", "jonas"),
    ("Parcel shown as delivered twice", "Parcel tracking", 4, "in_progress", "", 9, "email", "rafael"),
    ("Rule flags our own newsletter", "Threat detection", 4, "in_progress", "", 12, "api", "oliver"),
    ("Bank announces a new certificate", "Card payments", 4, "on_hold", "change", 70, "email", "viktor"),
    ("App shows the price without tax in Norway", "Mobile app", 4, "new", "", 2, "portal", ""),
    ("Old consumers still read the orders topic", "Event bus", 5, "on_hold", "other_team", 90, "portal", "priya"),
    ("Wrong opening hours in the store finder", "Web shop", 5, "in_progress", "", 20, "phone", "ines"),
    ("Command room link is not in the invitation", "Holdfast", 5, "acknowledged", "", 6, "chat", "carla"),
]


def write(company: Company) -> None:
    """Tickets and their timelines; every role has something to do."""
    incidents = []
    for number, (title, name, rank, status, hold, hours, contact_type, assignee) in enumerate(_OPEN):
        service, began = company.services[name], company.at - timedelta(hours=hours)
        answered = None if status == "new" else began + timedelta(minutes=9)
        incidents.append(
            Incident(
                kind="incident",
                title=title,
                contact_type=contact_type,
                service=service,
                severity=company.severities[rank],
                priority=rank,
                status=status,
                hold_reason=hold,
                team=service.team,
                assignee=company.person(assignee) if assignee else None,
                opened_by=company.person("jonas"),
                requester=company.requesters[number % len(company.requesters)],
                created_at=began,
                updated_at=answered or began,
                impact_started_at=began,
                detected_at=began,
                acknowledged_at=answered,
                origin="demo",
            )
        )
    entries = []
    for ticket in insert_many(incidents):
        opened = f"Opened as {ticket.severity.name} for {ticket.team.name}."
        events = [(EntryKind.OPENED, ticket.created_at, opened, ticket.opened_by, clock_facts.opened(ticket))]
        if ticket.acknowledged_at and ticket.assignee:
            text = f"Acknowledged by {ticket.assignee.name}."
            events.append(
                (EntryKind.STATUS, ticket.acknowledged_at, text, ticket.assignee, clock_facts.acknowledged())
            )
            if ticket.hold_reason:
                reason = f"On hold: waiting for {HoldReason(ticket.hold_reason).label.lower()}."
                held_at = ticket.acknowledged_at + timedelta(minutes=15)
                facts = clock_facts.of_move(ticket=ticket, before="acknowledged")
                events.append((EntryKind.STATUS, held_at, reason, ticket.assignee, facts))
        entries += [
            TimelineEntry(ticket=ticket, kind=kind, at=at, recorded_at=at, text=text, actor=who, facts=facts or None)
            for kind, at, text, who, facts in events
        ]
    TimelineEntry.objects.bulk_create(entries)
