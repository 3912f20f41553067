"""The one writer of the timeline."""

from datetime import datetime
from typing import Any

from incidents.models import TimelineEntry
from oncall.models import User


def record(
    *,
    ticket_id: int,
    kind: str,
    text: str,
    at: datetime,
    actor: User | None = None,
    data: dict[str, Any] | None = None,
    source: str = "",
) -> None:
    """Add a fact to a ticket's history, in the caller's transaction.

    With a `source` the fact is told once: a second call with the same source adds nothing.
    """
    entry = TimelineEntry(
        ticket_id=ticket_id, kind=kind, text=text, at=at, actor=actor, data=data or {}, source=source
    )
    TimelineEntry.objects.bulk_create([entry], ignore_conflicts=bool(source))
