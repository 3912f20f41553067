"""Writing the timeline: a new entry, and copies of entries on another ticket."""

from collections.abc import Mapping, Sequence
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
    facts: Sequence[Mapping[str, object]] = (),
    happened_at: datetime | None = None,
) -> None:
    """Add an entry to a ticket's timeline, in the caller's transaction.

    With a `source` it is added once: a second call with the same source adds nothing. What an actor does over the
    API is recorded with the token. `facts` are what it means to SLA clocks (`clock_facts`). `happened_at` is for what
    the product learns later than it happened: the entry stands there, and says that it was recorded `at`.
    """
    entry = TimelineEntry(
        ticket_id=ticket_id, kind=kind, text=text, at=min(happened_at or at, at), recorded_at=at, actor=actor,
        data=data or {}, source=source, facts=list(facts) or None, token_id=acting.token_id() if actor else None,
    )  # fmt: skip
    TimelineEntry.objects.bulk_create([entry], ignore_conflicts=bool(source))


def last_change(ticket_id: int) -> TimelineEntry | None:
    """The last recorded entry about a change of the ticket itself, with its actor; notes and pages change nothing."""
    kinds = (EntryKind.OPENED, EntryKind.STATUS, EntryKind.CHANGE, EntryKind.HANDOVER)
    rows = TimelineEntry.objects.filter(ticket=ticket_id, kind__in=kinds).select_related("actor")
    return rows.order_by("-recorded_at", "-at", "-pk").first()


def carry_over(*, from_ticket: Ticket, to_ticket: Ticket) -> None:
    """Copy the timeline of the ticket it came from, times and actors unchanged; entries copied before are skipped.

    Facts stay behind: what was done about one ticket moves no clock of another.
    """
    entries = [
        TimelineEntry(
            ticket=to_ticket,
            kind=entry.kind,
            text=entry.text,
            at=entry.at,
            recorded_at=entry.recorded_at,
            actor_id=entry.actor_id,
            token_id=entry.token_id,
            data=entry.data | {"from_ticket": from_ticket.reference},
            source=f"carried:{entry.pk}",
        )
        for entry in from_ticket.timeline.order_by("at", "pk")
    ]
    TimelineEntry.objects.bulk_create(entries, ignore_conflicts=True, batch_size=500)
