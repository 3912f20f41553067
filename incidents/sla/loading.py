"""Targets, calendars and timelines out of the database, as the pure clocks read them; a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import connection
from django.db.models import QuerySet

from config.base.data.moments import read_moment
from incidents.models import SlaScope, SlaTarget, SlaTargetVersion, Ticket, TicketKind, TimelineEntry
from incidents.sla import old_history
from incidents.sla.definitions import Definitions, Target, TargetVersion
from incidents.sla.history import Event
from oncall.calendars.hours_loading import load_opening_hours
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, OpeningHours, minute_of

_NO_EVENTS = frozenset({"withdrawn", "origin"})
WORK_IN_PROGRESS = (str(TicketKind.INCIDENT), str(TicketKind.REQUEST))
"""A target that names no kind is for incidents and requests; one for problems says so."""
_STAMP = """
    SELECT * FROM
        (SELECT count(*), max(id), count(withdrawn_at) FROM incidents_slatargetversion) versions,
        (SELECT count(*), max(id), count(withdrawn_at) FROM oncall_calendarversion) hours,
        (SELECT count(*), max(id), count(withdrawn_at) FROM oncall_calendardate) dates,
        (SELECT count(*) FROM incidents_slatarget) targets
"""
"""Changes with each commit: of two that overlap, the one with the smaller id may come last, which no maximum shows."""


@dataclass(frozen=True)
class TicketEvents:
    """What happened to one ticket, for its clocks."""

    events: list[Event]
    is_complete: bool
    """False for history from before the timeline told clocks everything."""


class _Kept:
    """The definitions of this process, until somebody writes another version."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp: object = None
        self._definitions = Definitions(())

    def current(self) -> Definitions:
        with connection.cursor() as cursor:
            cursor.execute(_STAMP)
            stamp = cursor.fetchone()
        with self._lock:
            if stamp != self._stamp:
                self._definitions, self._stamp = read_definitions(SlaTarget.objects.all()), stamp
            return self._definitions


_kept = _Kept()


def load_definitions() -> Definitions:
    """Every target with its versions and calendars; read again only after a change, so a week is worked out once."""
    return _kept.current()


def read_definitions(targets: QuerySet[SlaTarget]) -> Definitions:
    """These targets with their versions and calendars; four queries."""
    versions: dict[int, list[SlaTargetVersion]] = {}
    for row in SlaTargetVersion.objects.filter(target__in=targets).order_by("pk"):
        versions.setdefault(row.target_id, []).append(row)
    calendars = {row.calendar_id for rows in versions.values() for row in rows if row.calendar_id is not None}
    hours = load_opening_hours(calendars, with_withdrawn=True)
    return Definitions(
        tuple(
            Target(
                key=target.pk,
                order=target.pk,
                kind=target.kind,
                metric=target.metric,
                versions=tuple(to_version(row, hours) for row in versions[target.pk]),
            )
            for target in targets.order_by("pk")
            if target.pk in versions
        )
    )


def to_version(row: SlaTargetVersion, hours: Mapping[int, OpeningHours]) -> TargetVersion:
    """A stored version as clocks read it."""
    conditions = {name: tuple(values) for name, values in row.conditions.items()}
    conditions.setdefault("kind", WORK_IN_PROGRESS)
    return TargetVersion(
        key=row.pk,
        target=row.target_id,
        position=row.position,
        conditions=conditions,
        goal=row.goal_minutes,
        hours=AROUND_THE_CLOCK if row.calendar_id is None else hours[row.calendar_id],
        start=row.start,
        pause_reasons=frozenset(row.pause_reasons),
        warn=tuple(row.warn_percents),
        is_for_new=row.scope == SlaScope.NEW,
        is_retired=row.is_retired,
        effective_from=minute_of(row.effective_from),
        created_at=minute_of(row.created_at),
        withdrawn_at=None if row.withdrawn_at is None else minute_of(row.withdrawn_at),
    )


def load_events(ticket_ids: Collection[int]) -> dict[int, TicketEvents]:
    """The events of these tickets, in the order of recording; two queries, two more for history without facts."""
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(pk__in=ticket_ids)}
    entries: dict[int, list[TimelineEntry]] = {key: [] for key in tickets}
    rows = TimelineEntry.objects.filter(ticket__in=tickets, facts__isnull=False).order_by("pk")
    for entry in rows.only("pk", "ticket_id", "at", "recorded_at", "facts"):
        entries[entry.ticket_id].append(entry)
    old = [key for key, own in entries.items() if not any(_opens(entry) for entry in own)]
    early = old_history.load([tickets[key] for key in old])
    return {
        key: TicketEvents(
            events=[*early.get(key, []), *read_entries(entries[key], opened_at=ticket.opened_at)],
            is_complete=key not in early,
        )
        for key, ticket in tickets.items()
    }


def read_entries(entries: Iterable[TimelineEntry], *, opened_at: datetime | None = None) -> list[Event]:
    """The events that entries tell, in their order; an entry that a later one strikes out carries when (K-43).

    `opened_at` is when another system opened the ticket.
    """
    entries = list(entries)
    struck = {
        fact["entry"]: minute_of(entry.at)
        for entry in entries
        for fact in _facts(entry)
        if fact["type"] == "withdrawn"
    }
    return [
        _event(fact, entry, struck.get(entry.pk), opened_at)
        for entry in entries
        for fact in _facts(entry)
        if fact["type"] not in _NO_EVENTS
    ]


def _event(
    fact: Mapping[str, object], entry: TimelineEntry, withdrawn_at: int | None, opened_at: datetime | None
) -> Event:
    kind = str(fact["type"])
    at = opened_at if kind == "opened" and opened_at is not None else entry.at
    fields, team = fact.get("fields"), fact.get("team")
    return Event(
        at=minute_of(at),
        type=kind,
        # An entry is written a moment after what it tells; within a minute that is no late entry.
        recorded_at=minute_of(at if entry.recorded_at - at < timedelta(minutes=1) else entry.recorded_at),
        withdrawn_at=withdrawn_at,
        fields=fields if isinstance(fields, dict) else {},
        hold=str(fact.get("hold", "")),
        reason=str(fact.get("reason", "")),
        team=team if isinstance(team, int | str) else None,
        value=minute_of(_moment(fact["value"])) if "value" in fact else None,
        span=(minute_of(_moment(fact["from"])), minute_of(_moment(fact["to"]))) if kind == "credit" else None,
    )


def _opens(entry: TimelineEntry) -> bool:
    return any(fact["type"] == "opened" for fact in _facts(entry))


def _facts(entry: TimelineEntry) -> list[Mapping[str, object]]:
    """The facts of an entry; what has not their form is none, so that the page of a ticket always opens."""
    facts = entry.facts if isinstance(entry.facts, list) else []
    return [fact for fact in facts if isinstance(fact, dict) and isinstance(fact.get("type"), str)]


def _moment(value: object) -> datetime:
    return read_moment(str(value), zone=None, years=range(1, 10_000))
