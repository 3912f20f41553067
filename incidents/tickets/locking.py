"""The two things every verb does: lock the ticket, and move its status by the table."""

from collections.abc import Mapping
from datetime import datetime

from config.base.data.lifecycle import Lifecycle, Refusal
from incidents.models import EntryKind, Ticket, TicketKind, TicketStatus
from incidents.tickets import clock_facts, timeline
from incidents.tickets.status import INCIDENT
from incidents.tickets.watcher_news import tell_watchers
from oncall.models import Team, User


class TicketRefused(Refusal):
    """The record's state does not allow this; the message says what to do instead."""


def lock_ticket(ticket_id: int) -> Ticket:
    """The ticket, locked FOR NO KEY UPDATE: first in the lock order, before escalation and page."""
    return (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .select_related("service", "severity", "team", "assignee", "requester")
        .get(pk=ticket_id)
    )


def lock_record(ticket_id: int, *, kind: TicketKind) -> Ticket:
    """The ticket and its row of this kind as `ticket.part`, locked together by one statement.

    Both are locked, because a row that is only joined is read as it was before the wait for the lock. Raises
    TicketRefused for a ticket of another kind.
    """
    part = str(kind)
    rows = (
        Ticket.objects.select_for_update(no_key=True, of=("self", part))
        .select_related(part, "service", "severity", "team", "assignee")
        # An inner join: PostgreSQL locks no row that may be missing.
        .filter(**{f"{part}__isnull": False})
    )
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        other = Ticket.objects.get(pk=ticket_id)
        raise TicketRefused(f"{other.reference} is not {'an' if kind == TicketKind.INCIDENT else 'a'} {part}.")
    return ticket


def refuse_unless_open(ticket: Ticket, advice: str) -> None:
    """Raise TicketRefused unless the ticket is open; `advice` says what to do instead."""
    if not ticket.is_open:
        raise TicketRefused(f"{ticket.reference} is {ticket.get_status_display().lower()}: {advice}")


def refuse_absent_person(person: User | None, *, field: str) -> None:
    """Raise TicketRefused for somebody who cannot take work: a closed account, or a program."""
    if person is not None and person.is_service:
        raise TicketRefused(f"{person.name} is no person: work is done by people. Choose somebody.", field=field)
    if person is not None and not person.is_active:
        raise TicketRefused(f"{person.name}'s account is closed. Choose somebody else.", field=field)


def save(ticket: Ticket, *fields: str, at: datetime) -> None:
    """Save these columns and the time of the change."""
    ticket.updated_at = at
    ticket.save(update_fields=[*fields, "updated_at"])


def move(
    ticket: Ticket,
    status: TicketStatus,
    *,
    at: datetime,
    actor: User | None,
    text: str,
    lifecycle: Lifecycle = INCIDENT,
    data: Mapping[str, object] | None = None,
    answering_team: Team | None = None,
    happened_at: datetime | None = None,
    **stamps: object,
) -> None:
    """Move the ticket to a status, set its stamps, and record it on the timeline with its facts for clocks.

    Raises IllegalMove if the lifecycle does not allow it. Stamps are set as passed:
    `restored_at=at`, `hold_reason="supplier"`, ... `data` is more for the entry, for programs. `answering_team` is
    the team whose escalation was acknowledged, `happened_at` when it happened, if that was before `at`.
    """
    before = ticket.status
    lifecycle.check(before, status)
    ticket.status = status
    if before == TicketStatus.ON_HOLD:
        stamps.setdefault("hold_reason", "")
    for name, value in stamps.items():
        setattr(ticket, name, value)
    save(ticket, "status", *stamps, at=at)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.STATUS,
        text=text,
        at=at,
        actor=actor,
        data={**(data or {}), "from": before, "to": str(status)},
        facts=clock_facts.of_move(ticket=ticket, before=before, team=answering_team),
        happened_at=happened_at,
    )
    news = f"{ticket.get_status_display()}, was {TicketStatus(before).label.lower()}."
    tell_watchers(ticket=ticket, subject=str(status), text=news, at=at, actor=actor)
    if before == TicketStatus.ON_HOLD and happened_at is not None and happened_at < at:
        # The hold may have begun after what ends it here, and then nothing of before can end it (K-27).
        timeline.record(
            ticket_id=ticket.pk, kind=EntryKind.CHANGE, text="The hold is over.", at=at, actor=actor,
            facts=clock_facts.unhold(),
        )  # fmt: skip
