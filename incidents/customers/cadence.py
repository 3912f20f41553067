"""How soon and how often customers are told about a ticket: what the SLA targets of its first and next update promise.

Targets of the kind SLA decide (K-7, K-29, S11); an OLA or a supplier target about updates is a matter of teams.
"""

from datetime import datetime

from django.db.models import OuterRef, QuerySet

from incidents.models import SlaCycle, SlaKind, SlaMetric, Ticket
from incidents.sla import loading
from incidents.sla.clocks import courses, due_at
from incidents.sla.definitions import Definitions
from incidents.sla.history import History
from incidents.sla.stretches import TWO_YEARS, Status
from oncall.calendars.opening_hours import minute_of, moment_of

_STEP_MINUTES = 5


def first_update_due(*, ticket: Ticket, at: datetime) -> datetime | None:
    """When the clock of the first update of an open ticket is due, as known at `at`, in UTC (K-33).

    None once the ticket is over or customers were told, while the clock is paused, and without a promise.
    """
    if not ticket.is_open:
        return None
    minute = minute_of(at)
    definitions, history = _definitions(SlaMetric.FIRST_UPDATE, minute), _history(ticket, minute)
    for course in courses(history, definitions, planned=definitions, until=minute):
        due = due_at(course) if course.status == Status.OPEN else None
        return None if due is None else moment_of(due)
    return None


def next_update_due(*, ticket: Ticket, at: datetime) -> datetime | None:
    """When the next update should come if customers are told at `at`, by the ticket's fields as they are then.

    The goal is counted on the calendar of the target. The time is rounded down to five minutes, because people read
    it; where that would leave nothing it stays exact. None without a promise, or if the calendar hardly ever opens.
    """
    minute = minute_of(at)
    history, promises = _history(ticket, minute), _definitions(SlaMetric.NEXT_UPDATE, minute).by_promise.values()
    fields = history.state_at(minute).fields
    version = next((each.match(fields, minute, opened=history.opened) for each in promises), None)
    if version is None:
        return None
    due = version.hours.advance(minute, version.goal, limit=minute + TWO_YEARS)
    if due is None:
        return None
    rounded = due - due % _STEP_MINUTES
    return moment_of(rounded if rounded > minute else due)


def first_update_clocks(ticket: OuterRef) -> QuerySet[SlaCycle]:
    """The clock of a ticket's first update, however it stands, for a subquery about the tickets of a sweep.

    The engine writes it, so a ticket of the last seconds has none yet.
    """
    return SlaCycle.objects.filter(ticket=ticket, kind=SlaKind.SLA, metric=SlaMetric.FIRST_UPDATE)


def _definitions(metric: SlaMetric, minute: int) -> Definitions:
    """The targets about this metric to customers, as they are planned in a minute."""
    targets = loading.load_definitions().known_at(minute).targets
    return Definitions(tuple(each for each in targets if (each.kind, each.metric) == (SlaKind.SLA, metric)))


def _history(ticket: Ticket, minute: int) -> History:
    events = loading.load_events([ticket.pk])[ticket.pk].events
    return History(event for event in events if event.is_known_at(minute))
