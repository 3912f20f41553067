"""How soon and how often customers are told about a ticket: the only reader of what its severity promises."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from incidents.models import Ticket

PROMISES_FIRST_UPDATE = Q(severity__first_update_minutes__isnull=False)
"""Tickets whose severity promises a first update, as a condition for the database."""
_STEP_MINUTES = 5


@dataclass(frozen=True)
class Cadence:
    """What customers may expect of a ticket; None where its severity promises nothing."""

    first: timedelta | None
    """From the start of the impact to the first update."""
    between: timedelta | None
    """From one update to the next."""


def read_cadence(*, ticket: Ticket) -> Cadence:
    """The ticket's cadence, by its severity as it is now."""
    severity = ticket.severity
    return Cadence(first=_span(severity.first_update_minutes), between=_span(severity.update_minutes))


def first_update_due(*, ticket: Ticket) -> datetime | None:
    """When the first update about an open ticket is due; None once it is over, or without a promise."""
    wait = read_cadence(ticket=ticket).first
    return ticket.impact_started_at + wait if wait is not None and ticket.is_open else None


def next_update_due(*, ticket: Ticket, at: datetime) -> datetime | None:
    """When the next update should come if customers are told at `at`; None without a promise.

    It is rounded down to five minutes, because people read it; a cadence so short that nothing is left stays exact.
    """
    between = read_cadence(ticket=ticket).between
    if between is None:
        return None
    due_at = at + between
    rounded = due_at.replace(minute=due_at.minute - due_at.minute % _STEP_MINUTES, second=0, microsecond=0)
    return rounded if rounded > at else due_at


def _span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
