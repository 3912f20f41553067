"""Writing the timeline: a new entry, and copies of entries on another ticket."""

from collections.abc import Mapping
from datetime import datetime

from config.base.data import acting
from incidents.models import EntryKind, Ticket, TimelineEntry
from oncall.models import User


def record(
    *,
    ticket_id: int,
    kind: str,
    text: str,
    at: datetime,
    actor: User | None = None,
    data: Mapping[str, object] | None = None,
    source: str = "",
) -> None:
    """Add an entry to a ticket's timeline, in the caller's transaction.

    With a `source` it is added once: a second call with the same source adds nothing. What an actor does over the
    API is recorded with the token.
    """
    entry = TimelineEntry(
        ticket_id=ticket_id, kind=kind, text=text, at=at, actor=actor, data=data or {}, source=source,
        token_id=acting.token_id() if actor else None,
    )  # fmt: skip
    TimelineEntry.objects.bulk_create([entry], ignore_conflicts=bool(source))


def last_change(ticket_id: int) -> TimelineEntry | None:
    """The newest entry about a change of the ticket itself, with its actor; notes and pages change nothing."""
    kinds = (EntryKind.OPENED, EntryKind.STATUS, EntryKind.CHANGE, EntryKind.HANDOVER)
    rows = TimelineEntry.objects.filter(ticket=ticket_id, kind__in=kinds).select_related("actor")
    return rows.order_by("-at", "-pk").first()


def carry_over(*, from_ticket: Ticket, to_ticket: Ticket) -> None:
    """Copy the timeline of the ticket it came from, times and actors unchanged; entries copied before are skipped."""
    entries = [
        TimelineEntry(
            ticket=to_ticket,
            kind=entry.kind,
            text=entry.text,
            at=entry.at,
            actor_id=entry.actor_id,
            token_id=entry.token_id,
            data=entry.data | {"from_ticket": from_ticket.reference},
            source=f"carried:{entry.pk}",
        )
        for entry in from_ticket.timeline.order_by("at", "pk")
    ]
    TimelineEntry.objects.bulk_create(entries, ignore_conflicts=True, batch_size=500)
