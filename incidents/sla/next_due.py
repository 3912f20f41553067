"""What a list of tickets says of their clocks: the one that is due next, read from the rows of the last sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from config.base.data.moments import read_moment
from incidents.models import OPEN_STATES, SlaCycle, SlaState, Ticket
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.sla.reading import next_opening
from oncall.calendars.opening_hours import OpeningHours, minute_of, moment_of

SOON = timedelta(minutes=30)
_COLUMNS = {
    "kind": "kind", "metric": "metric", "state": "state", "due_at": "due_at", "goal_minutes": "goal_minutes",
    "paused_by": "paused_by", "paused_since": "paused_since", "breached_at": "breached_at", "version": "version",
    "calendar": "version__calendar", "warn_percents": "version__warn_percents",
}  # fmt: skip
_INSTANTS = ("due_at", "paused_since", "breached_at")


@dataclass(frozen=True)
class DueClock:
    """The clock that a list shows for a ticket: the first to be due, or a paused one if none runs."""

    kind: str
    metric: str
    state: str
    due_at: datetime | None
    goal_minutes: int
    paused_by: Sequence[str]
    paused_since: datetime | None
    breached_at: datetime | None
    version: int | None
    calendar: int | None
    warn_percents: Sequence[int]

    @property
    def is_paused(self) -> bool:
        """Whether it stands still."""
        return self.state == SlaState.PAUSED

    @property
    def is_round_the_clock(self) -> bool:
        """Whether every minute counts; then no calendar has to be loaded."""
        return self.calendar is None


@dataclass(frozen=True)
class TimeLeft:
    """How much of a promise is left, in minutes that count; negative is overrun (K-32)."""

    minutes: int
    percent: int
    """How much of the goal has passed."""
    opens_at: datetime | None
    """While its calendar is closed, when it opens next."""


def is_due_soon(at: datetime) -> Q:
    """Tickets whose running clock is due within half an hour, or was due."""
    return Q(sla_due_at__lte=at + SOON)


def with_open_clocks(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `open_clocks`, read in the same query: their clocks that run or are paused."""
    cycles = SlaCycle.objects.filter(ticket=OuterRef("pk"), state__in=OPEN_STATES)
    return tickets.with_columns(open_clocks=ArraySubquery(cycles.values(clock=JSONObject(**_COLUMNS))))


def next_clock(ticket: Ticket) -> DueClock | None:
    """The clock of a ticket that is due first; else the one that has been paused longest; None without a clock."""
    clocks = [_read(row) for row in getattr(ticket, "open_clocks", ())]
    running = [clock for clock in clocks if clock.due_at is not None and not clock.is_paused]
    if running:
        return min(running, key=lambda clock: (clock.due_at, clock.kind, clock.metric))
    paused = [clock for clock in clocks if clock.is_paused and clock.paused_since is not None]
    return min(paused, key=lambda clock: (clock.paused_since, clock.kind, clock.metric), default=None)


def time_left(clock: DueClock, hours: OpeningHours, *, at: datetime) -> TimeLeft:
    """The minutes between now and due in which its calendar is open."""
    now, due = minute_of(at), minute_of(clock.due_at or at)
    minutes = hours.count(now, due) if due >= now else -hours.count(due, now)
    percent = (clock.goal_minutes - minutes) * 100 // clock.goal_minutes
    return TimeLeft(minutes=minutes, percent=percent, opens_at=_opening(hours, now))


def _opening(hours: OpeningHours, minute: int) -> datetime | None:
    if hours.is_open(minute):
        return None
    opening = next_opening(hours, minute)
    return None if opening is None else moment_of(opening)


def _read(row: Mapping[str, Any]) -> DueClock:
    read = {name: read_moment(row[name], zone=None) if row[name] else None for name in _INSTANTS}
    return DueClock(**{**row, **read, "warn_percents": row["warn_percents"] or ()})
