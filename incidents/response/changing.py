"""Notes, holds, severity and changes of an incident's fields."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.lengths import LONG_TEXT, TOO_LONG
from config.base.data.text import clean_lines
from incidents.models import EntryKind, HoldReason, LinkKind, Severity, Ticket, TicketKind, TicketStatus, Visibility
from incidents.response.custom_fields import change_custom_fields
from incidents.response.paging import page_team, running
from incidents.response.privacy import hide_for_category, record_copies
from incidents.response.telling import tell_responders
from incidents.tickets import clock_facts, links, mentions, priority, timeline
from incidents.tickets.changes import change_fields, differing, record_change
from incidents.tickets.locking import TicketRefused, lock_record, lock_ticket, move, save
from incidents.tickets.status import HOLD_UNDONE
from incidents.tickets.watcher_news import tell_watchers
from oncall import escalation
from oncall.models import Urgency, User

EDITABLE = frozenset({
    "title", "description", "category", "is_security", "service", "impact", "urgency", "requester",
    "affected_customers", "asset_type", "asset_name", "asset_external_id", "asset_url", "visibility",
    "visibility_reason", "conference_url", "custom_fields", "impact_started_at", "contact_type",
    "customer_impact", "workaround",
})  # fmt: skip


@transaction.atomic
def add_note(*, ticket_id: int, text: str, actor: User | None, at: datetime, is_public: bool = False) -> Ticket:
    """Add a work note, or a public comment; a note by the requester ends a hold that waits for the requester.

    A public comment by another person is a reply to the requester, of which clocks take the first. People and teams
    whom a work note names with an @ are told.
    """
    ticket = lock_ticket(ticket_id)
    text = clean_lines(text)
    if not text:
        raise TicketRefused("The note is empty. Write something first.", field="text")
    if len(text) > LONG_TEXT:
        raise TicketRefused(TOO_LONG % {"show_value": len(text), "limit_value": LONG_TEXT}, field="text")
    kind = EntryKind.COMMENT if is_public else EntryKind.NOTE
    is_answer = actor is not None and _is_requester(ticket, actor)
    is_reply = is_public and actor is not None and not actor.is_service and not is_answer
    facts = clock_facts.happened("replied") if is_reply else []
    called = None if is_public else mentions.read_mentions(text, ticket=ticket)
    data = called.data if called else {}
    timeline.record(ticket_id=ticket.pk, kind=kind, text=text, at=at, actor=actor, data=data, facts=facts)
    save(ticket, at=at)
    if called:
        mentions.tell(called, ticket=ticket, actor=actor, at=at)
    if is_public:
        tell_watchers(ticket=ticket, subject="comment", text="A new public comment.", at=at, actor=actor)
    if ticket.hold_reason == HoldReason.REQUESTER and is_answer:
        move(ticket, TicketStatus.IN_PROGRESS, at=at, actor=actor, text="The requester answered; off hold.")
    return ticket


def _is_requester(ticket: Ticket, actor: User) -> bool:
    return ticket.requester_id is not None and ticket.requester is not None and ticket.requester.user_id == actor.pk


@transaction.atomic
def hold(*, ticket_id: int, reason: str, actor: User | None, at: datetime, note: str = "") -> Ticket:
    """Put it on hold; the reason says for whom or what it waits."""
    ticket = lock_ticket(ticket_id)
    if reason not in HoldReason.values:
        raise TicketRefused(f"Say what it waits for: {', '.join(HoldReason.labels)}.")
    text = f"On hold, waiting for: {HoldReason(reason).label}. {note}".strip()
    move(ticket, TicketStatus.ON_HOLD, at=at, actor=actor, text=text, hold_reason=reason)
    return ticket


@transaction.atomic
def resume(*, ticket_id: int, actor: User | None, at: datetime) -> Ticket:
    """End a hold and go on."""
    ticket = lock_ticket(ticket_id)
    if ticket.status != TicketStatus.ON_HOLD:
        raise TicketRefused(f"{ticket.reference} is not on hold.")
    move(ticket, TicketStatus.IN_PROGRESS, at=at, actor=actor, text="Off hold.")
    return ticket


@transaction.atomic
def undo_hold(*, ticket_id: int, status: str, actor: User | None, at: datetime) -> Ticket:
    """Take back a hold: the ticket gets the status that it had before. The clocks ran on hold for that moment only."""
    ticket = lock_ticket(ticket_id)
    if ticket.status != TicketStatus.ON_HOLD:
        raise TicketRefused(f"{ticket.reference} is not on hold.")
    move(ticket, TicketStatus(status), at=at, actor=actor, text="The hold was taken back.", lifecycle=HOLD_UNDONE)
    return ticket


@transaction.atomic
def link_parent(*, ticket_id: int, parent: Ticket, actor: User | None, at: datetime) -> Ticket:
    """Make it part of another ticket, as `links.link_tickets` allows it; it ends by itself, not with its parent."""
    ticket = lock_ticket(ticket_id)
    links.link_tickets(from_ticket=ticket, to_ticket=parent, kind=LinkKind.PARENT, actor=actor, at=at)
    return ticket


@transaction.atomic
def change_severity(
    *, ticket_id: int, severity: Severity, actor: User | None, at: datetime, reason: str = ""
) -> Ticket:
    """Raise or lower the severity; lowering needs a reason, raising may page.

    A higher notification urgency pages the people of the current firing again; a worse severity is news to the
    people who have it (R-E7a).
    """
    ticket = lock_ticket(ticket_id)
    before = ticket.severity
    if severity == before:
        return ticket
    if severity.position > before.position and not reason.strip():
        raise TicketRefused(f"Say why {ticket.reference} is less severe than {before.name}.")
    ticket.severity = severity
    save(ticket, "severity", at=at)
    text = f"Severity changed from {before.name} to {severity.name}. {reason}".strip()
    record_change(ticket_id=ticket.pk, field="severity", before=before, after=severity, text=text, actor=actor, at=at)
    _change_urgency(ticket, before, at=at, actor=actor)
    news = f"Severity {severity.name}, was {before.name}."
    tell_watchers(ticket=ticket, subject="severity", text=news, at=at, actor=actor)
    if ticket.is_open and severity.pages and not before.pages:
        page_team(ticket=ticket, team=ticket.team, at=at)
    return ticket


def _change_urgency(ticket: Ticket, before: Severity, *, at: datetime, actor: User | None) -> None:
    severity = ticket.severity
    for pk in list(running(ticket).values_list("pk", flat=True)):
        escalation.change_urgency(
            escalation_id=pk, urgency=severity.urgency, priority=severity.rank, at=at, actor=actor
        )
    is_raised = before.urgency == Urgency.LOW and severity.urgency == Urgency.HIGH
    if is_raised or severity.position < before.position:
        tell_responders(ticket=ticket, text=f"Severity {severity.name}, was {before.name}.", at=at, actor=actor)


@transaction.atomic
def edit(*, ticket_id: int, changes: Mapping[str, object], actor: User | None, at: datetime) -> Ticket:
    """Change only the named fields, under the row's lock, and record each on the timeline.

    `custom_fields` are values by name, of which again only the named ones change; they are those of the category that
    the ticket has after the change.

    Another service does not change the team: `reassign` does. Another category makes it private if that is the
    category's default, unless the changes say the visibility. Raises TicketRefused for a field that is not
    edited this way, ValidationError for a value that is not allowed.
    """
    if unknown := set(changes) - EDITABLE:
        raise TicketRefused(f"{', '.join(sorted(unknown))} cannot be changed this way.")
    ticket = lock_record(ticket_id, kind=TicketKind.INCIDENT)
    columns = {name: value for name, value in changes.items() if name != "custom_fields"}
    changed, stamps = differing(ticket, columns), {}
    if {"impact", "urgency"} & set(changed):
        levels = {name: changed.get(name, getattr(ticket, name)) for name in ("impact", "urgency")}
        changed |= differing(ticket, {"priority": priority.propose(**levels).priority})
    if any(name.endswith("_at") for name in changed):  # reports say how many times were changed by hand
        stamps["times_changed_at"] = at
    change_fields(ticket=ticket, values=changed, unrecorded=stamps, actor=actor, at=at)
    sent = changes.get("custom_fields")
    if isinstance(sent, Mapping):
        change_custom_fields(ticket=ticket, sent=sent, actor=actor, at=at)
    if "visibility" in changed and ticket.visibility == Visibility.PRIVATE:
        record_copies(ticket, actor=actor, at=at)
    elif "category" in changed and "visibility" not in changes:
        hide_for_category(ticket=ticket, actor=actor, at=at)
    return ticket
