"""Tickets that come from another system keep when they were opened there and which promises were broken there.

Such facts carry their source, and reports show them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents.models import EntryKind, SlaBreach, SlaCycle, SlaState, Ticket
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, save
from oncall.calendars.opening_hours import minute_of, moment_of
from oncall.models import User


@dataclass(frozen=True)
class ImportedClock:
    """A promise as the other system counted it: it has ended there, or was broken there, or both."""

    kind: str
    metric: str
    goal_minutes: int
    elapsed_minutes: int
    started_at: datetime
    stopped_at: datetime | None = None
    breached_at: datetime | None = None


@transaction.atomic
def note_origin(
    *,
    ticket_id: int,
    source: str,
    opened_at: datetime,
    clocks: Sequence[ImportedClock] = (),
    actor: User | None,
    at: datetime,
) -> Ticket:
    """Record where a ticket comes from: its own clocks count from `opened_at`, and the facts of there are kept.

    A clock that has ended there is not counted again here; one that was broken there and still runs goes on, broken.
    Raises TicketRefused for a ticket with an origin, and for moments that cannot be.
    """
    ticket = lock_ticket(ticket_id)
    if ticket.imported_from:
        raise TicketRefused(f"{ticket.reference} comes from {ticket.imported_from} already.", field="system")
    if opened_at > ticket.created_at:
        raise TicketRefused(
            "It was opened here before that moment. Give the time of the other system.", field="opened_at"
        )
    _check(clocks, opened_at=opened_at, at=at)
    ticket.imported_from, ticket.opened_at = source, opened_at
    save(ticket, "imported_from", "opened_at", at=at)
    ended = [clock for clock in clocks if clock.stopped_at is not None]
    SlaCycle.objects.bulk_create([_cycle(ticket, clock, at) for clock in ended])
    SlaBreach.objects.bulk_create([_breach(ticket, clock, at) for clock in clocks if clock.breached_at is not None])
    broken = sum(clock.breached_at is not None for clock in clocks)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.CHANGE,
        text=f"Comes from {source}: opened there at {opened_at:%Y-%m-%d %H:%M} UTC, {broken} promises broken there.",
        at=at,
        actor=actor,
        data={"source": source, "opened_at": opened_at.isoformat()},
        # It tells clocks nothing but that they must be read again.
        facts=clock_facts.happened("origin"),
    )
    return ticket


def _check(clocks: Sequence[ImportedClock], *, opened_at: datetime, at: datetime) -> None:
    names = [(clock.kind, clock.metric) for clock in clocks]
    for clock in clocks:
        if names.count((clock.kind, clock.metric)) > 1:
            raise TicketRefused("Name each promise once.", field="clocks")
        if clock.stopped_at is None and clock.breached_at is None:
            raise TicketRefused(
                "Leave out promises that still run and are not broken: they go on here.", field="clocks"
            )
        moments = [moment for moment in (clock.stopped_at, clock.breached_at) if moment is not None]
        if clock.started_at < opened_at or any(not clock.started_at <= moment <= at for moment in moments):
            raise TicketRefused(
                "A promise starts with the ticket or later, and ends or breaks after that, not in the future.",
                field="clocks",
            )


def _cycle(ticket: Ticket, clock: ImportedClock, at: datetime) -> SlaCycle:
    is_kept = clock.breached_at is None
    return SlaCycle(
        ticket=ticket, kind=clock.kind, metric=clock.metric, state=SlaState.MET if is_kept else SlaState.BREACHED,
        started_at=clock.started_at, stopped_at=clock.stopped_at, goal_minutes=clock.goal_minutes,
        elapsed_minutes=clock.elapsed_minutes, breached_at=clock.breached_at, breach_holds=None if is_kept else True,
        computed_at=at, decided_at=clock.breached_at or clock.stopped_at, is_kept=is_kept, service=ticket.service,
        owner=ticket.team, category=ticket.category, source=ticket.imported_from,
    )  # fmt: skip


def _breach(ticket: Ticket, clock: ImportedClock, at: datetime) -> SlaBreach:
    return SlaBreach(
        ticket=ticket, kind=clock.kind, metric=clock.metric, goal_minutes=clock.goal_minutes,
        breached_at=moment_of(minute_of(clock.breached_at or at)), recorded_at=at, source=ticket.imported_from,
    )  # fmt: skip
