"""A ticket whose timeline tells clocks what happened, at moments of a test's own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from incidents.models import Ticket
from tests import factories as make

FIELDS: Mapping[str, object] = {"kind": "incident", "priority": 3}


def tell(ticket: Ticket, at: datetime, kind: str, *, recorded_at: datetime | None = None, **fact: object) -> None:
    """Add an event to the timeline, recorded when it happened unless the test says otherwise."""
    make.TimelineEntryFactory(
        ticket=ticket, at=at, recorded_at=recorded_at or at, facts=[{"type": kind, **fact}], kind="change"
    )


def opened(at: datetime, **fields: Any) -> Ticket:
    """An incident that was opened then; `fields` are those that conditions may name."""
    incident = make.IncidentFactory(created_at=at, impact_started_at=at)
    tell(incident, at, "opened", fields={**FIELDS, "team": incident.team_id, **fields})
    return Ticket.objects.get(pk=incident.pk)


def hold(ticket: Ticket, at: datetime, reason: str) -> None:
    """Put it on hold, as the facts tell it."""
    tell(ticket, at, "hold", hold="hold", reason=reason)


def credit(ticket: Ticket, at: datetime, start: datetime, end: datetime) -> None:
    """Exclude minutes from its clocks, as the facts tell it."""
    spans: dict[str, Any] = {"from": start.isoformat(), "to": end.isoformat()}
    tell(ticket, at, "credit", **spans)


def later(at: datetime, **delta: float) -> datetime:
    """A moment after another."""
    return at + timedelta(**delta)
