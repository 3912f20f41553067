"""The clocks of tickets as rows: facts that are added once, cycles and the columns of the queue that are rebuilt.

Everything is computed before a row is locked, and written in one short transaction, so that nobody who answers a
page waits for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from incidents.models import SlaBreach, SlaCycle, SlaState, SlaWarning, Ticket
from incidents.sla import loading
from incidents.sla.clocks import ClockKey, key_of, project
from incidents.sla.definitions import Definitions, TargetVersion
from incidents.sla.replay import Breach, Facts, Reading, Warning, follow, read
from incidents.sla.stretches import Course
from oncall.calendars.opening_hours import minute_of, moment_of

GRACE = timedelta(seconds=2)
"""An event in the due minute wins (K-3), so a minute is judged when it is over and its transactions have ended."""
_REBUILT = (
    "version", "state", "started_at", "stopped_at", "due_at", "next_at", "goal_minutes", "elapsed_minutes",
    "paused_by", "paused_since", "breached_at", "breach_holds", "computed_at", "decided_at", "is_kept", "service",
    "owner", "category", "customers", "source",
)  # fmt: skip
_NAMES_CLOCK = ("ticket", "kind", "metric", "team", "cycle")
_COMPARED = tuple(
    field.attname for field in SlaCycle._meta.concrete_fields if field.name in _REBUILT and field.name != "computed_at"
)
_SET_COLUMNS = """
    UPDATE incidents_ticket SET sla_due_at = new.due_at, sla_next_at = new.next_at
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS new (id, due_at, next_at)
    WHERE incidents_ticket.id = new.id
"""


@dataclass(frozen=True)
class Computed:
    """The clocks of one ticket, before anything is written."""

    ticket: Ticket
    courses: Sequence[Course]
    facts: Facts
    definitions: Definitions


@dataclass(frozen=True)
class News:
    """What a clock just did: it reached a percentage of its goal, or broke."""

    ticket: Ticket
    cycle: SlaCycle
    percent: int
    is_breach: bool


@dataclass
class _Recorded:
    """The facts of one ticket that are in the database."""

    breaches: dict[ClockKey, SlaBreach] = field(default_factory=dict)
    warnings: dict[ClockKey, list[SlaWarning]] = field(default_factory=dict)
    imported: set[ClockKey] = field(default_factory=set)


def refresh(*, ticket_ids: Iterable[int], at: datetime) -> list[News]:
    """Compute the clocks of these tickets and write them; returns what is new and must be told.

    Tickets that somebody has locked are left out: the change that is under way makes them stale again.
    """
    computed = compute(ticket_ids=ticket_ids, at=at)
    return write(computed, at=at)


def compute(*, ticket_ids: Iterable[int], at: datetime) -> dict[int, Computed]:
    """The clocks of these tickets at a moment; a constant number of queries, nothing is locked or written."""
    keys = list(ticket_ids)
    definitions, events = loading.load_definitions(), loading.load_events(keys)
    computed = {}
    for ticket in Ticket.objects.filter(pk__in=events):
        courses, facts = follow(events[ticket.pk].events, definitions, as_of=minute_of(at))
        computed[ticket.pk] = Computed(ticket, courses, facts, definitions)
    return computed


@transaction.atomic
def write(computed: Mapping[int, Computed], *, at: datetime) -> list[News]:
    """Add what is new and rebuild the rest, for the tickets that nobody has locked."""
    free = list(
        Ticket.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk__in=computed)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    recorded = _load_recorded(free)
    judged = minute_of(at - GRACE) - 1
    written = [_Writing(computed[pk], recorded[pk], at=at, judged=judged) for pk in free]
    SlaBreach.objects.bulk_create([row for writing in written for row in writing.breaches])
    SlaWarning.objects.bulk_create([row for writing in written for row in writing.warnings])
    _rebuild_cycles(written)
    _set_columns([writing.ticket for writing in written])
    return [news for writing in written for news in writing.news()]


class _Writing:
    """The rows of one ticket."""

    def __init__(self, computed: Computed, recorded: _Recorded, *, at: datetime, judged: int) -> None:
        self.ticket = computed.ticket
        self._at = at
        self._judged = judged
        self._recorded = recorded
        courses = [course for course in computed.courses if key_of(course.clock) not in recorded.imported]
        self._keys = {key_of(course.clock): course for course in courses}
        self._facts = computed.facts
        self.breaches = [self._breach(key, fact) for key, fact in self._new_breaches()]
        self.warnings = [self._warning(key, fact) for key, facts in self._new_warnings().items() for fact in facts]
        merged = self._merged()
        readings = [read(course, merged) for course in courses]
        self.cycles = {key_of(reading.course.clock): self._cycle(reading, merged) for reading in readings}
        self._set_columns(computed.definitions)

    def news(self) -> list[News]:
        """A breach, or the highest new warning, of each clock."""
        highest = {
            key: max((fact.percent for fact in facts if fact.is_sent), default=None)
            for key, facts in self._new_warnings().items()
        }
        broken = {key for key, _ in self._new_breaches()}
        return [
            News(self.ticket, row, 100 if key in broken else highest[key] or 0, is_breach=key in broken)
            for key, row in self.cycles.items()
            if key in broken or highest.get(key) is not None
        ]

    def _new_breaches(self) -> list[tuple[ClockKey, Breach]]:
        return [
            (key, fact)
            for key, fact in self._facts.breaches.items()
            if key in self._keys and key not in self._recorded.breaches and fact.recorded_at <= self._judged
        ]

    def _new_warnings(self) -> dict[ClockKey, list[Warning]]:
        """Warnings to write: after a pause of the engine only the highest of a clock is sent (K-36)."""
        new: dict[ClockKey, list[Warning]] = {}
        for key, facts in self._facts.warnings.items():
            recorded = {(row.percent, row.goal_minutes) for row in self._recorded.warnings.get(key, ())}
            due = [fact for fact in facts if fact.at <= self._judged and (fact.percent, fact.goal) not in recorded]
            if key in self._keys and due:
                last = max(due, key=lambda fact: (fact.is_sent, fact.percent))
                new[key] = [
                    Warning(fact.percent, fact.goal, fact.at, fact.version, is_sent=fact is last) for fact in due
                ]
        return new

    def _merged(self) -> Facts:
        """The facts as they are recorded from now on: what was recorded before is never moved (K-40)."""
        facts = Facts()
        for key, row in self._recorded.breaches.items():
            if key in self._keys:
                version = self._keys[key].version
                facts.breaches[key] = Breach(minute_of(row.breached_at), minute_of(row.recorded_at), version)
        facts.breaches |= dict(self._new_breaches())
        for key, rows in self._recorded.warnings.items():
            facts.counted[key] = {(row.percent, row.goal_minutes) for row in rows}
        for key, new in self._new_warnings().items():
            facts.counted.setdefault(key, set()).update((fact.percent, fact.goal) for fact in new)
        return facts

    def _breach(self, key: ClockKey, fact: Breach) -> SlaBreach:
        return SlaBreach(
            **self._names(key), version_id=fact.version.key, goal_minutes=fact.version.goal,
            breached_at=moment_of(fact.at), recorded_at=self._at,
        )  # fmt: skip

    def _warning(self, key: ClockKey, fact: Warning) -> SlaWarning:
        return SlaWarning(
            **self._names(key), version_id=fact.version.key, percent=fact.percent, goal_minutes=fact.goal,
            warned_at=moment_of(fact.at), recorded_at=self._at, is_sent=fact.is_sent,
        )  # fmt: skip

    def _cycle(self, reading: Reading, facts: Facts) -> SlaCycle:
        course, breach = reading.course, reading.breach
        key = key_of(course.clock)
        decided = breach.at if breach else course.stopped_at if reading.state == SlaState.MET else None
        fields = course.matching.fields_at(course.until if decided is None else decided)
        customers = fields.get("customers")
        next_minute = next_moment(reading, facts.counted.get(key, set()))
        recorded = self._recorded.breaches.get(key)
        return SlaCycle(
            **self._names(key),
            version_id=course.version.key,
            state=reading.state,
            started_at=moment_of(course.clock.start),
            stopped_at=_moment(course.stopped_at),
            due_at=_moment(reading.due_at),
            next_at=_moment(next_minute),
            goal_minutes=course.version.goal,
            elapsed_minutes=course.elapsed,
            paused_by=sorted(course.pauses),
            paused_since=_moment(course.paused_since),
            breached_at=_moment(breach.at if breach else None),
            breach_holds=None if breach is None else reading.still_breached is not None,
            computed_at=self._at,
            decided_at=_moment(decided),
            is_kept=None if decided is None else breach is None,
            service_id=_key(fields.get("service")),
            owner_id=_key(fields.get("team")),
            category=str(fields.get("category") or ""),
            customers=[str(name) for name in customers] if isinstance(customers, list) else [],
            # A promise that was broken in another system is that system's breach, also while it goes on here.
            source=recorded.source if recorded is not None else "",
        )

    def _names(self, key: ClockKey) -> dict[str, object]:
        kind, metric, team, cycle = key
        return {"ticket_id": self.ticket.pk, "kind": kind, "metric": metric, "team_id": _key(team), "cycle": cycle}

    def _set_columns(self, definitions: Definitions) -> None:
        """What the queue sorts by, and when the ticket must be looked at again."""
        is_open = {SlaState.RUNNING, SlaState.PAUSED}
        self.ticket.sla_due_at = min(
            (row.due_at for row in self.cycles.values() if row.state == SlaState.RUNNING and row.due_at), default=None
        )
        turns = [row.next_at for row in self.cycles.values() if row.next_at is not None]
        if any(row.state in is_open for row in self.cycles.values()) or self.ticket.is_open:
            turns += [moment_of(minute) for minute in _coming(definitions, minute_of(self._at))]
        first = min(turns, default=None)
        # A minute is judged when it is over, and never earlier than now: a passed one is judged at the next look.
        self.ticket.sla_next_at = None if first is None else max(first + timedelta(minutes=1) + GRACE, self._at)


def next_moment(reading: Reading, counted: set[tuple[int, int]]) -> int | None:
    """The minute of the next warning or breach of a clock, if nothing more happens; None for none (K-35).

    A fact of the minute that is not over yet is still to come.
    """
    course = reading.course
    if reading.state != SlaState.RUNNING:
        return None

    def need(version: TargetVersion) -> int | None:
        marks = [
            -(-percent * version.goal // 100) for percent in version.warn if (percent, version.goal) not in counted
        ]
        if reading.breach is None:
            marks.append(version.goal)
        return min(marks, default=None)

    first = need(course.version)
    if first is not None and first <= course.elapsed:
        return course.until
    return project(course, need)


def _coming(definitions: Definitions, minute: int) -> list[int]:
    """The next minute from which another version of a target may be in force."""
    later = [
        boundary
        for promises in definitions.by_promise.values()
        for boundary in promises.boundaries
        if boundary > minute
    ]
    return [min(later)] if later else []


def _load_recorded(ticket_ids: Sequence[int]) -> dict[int, _Recorded]:
    recorded = {pk: _Recorded() for pk in ticket_ids}
    for breach in SlaBreach.objects.filter(ticket__in=ticket_ids):
        recorded[breach.ticket_id].breaches[_row_key(breach)] = breach
    for warning in SlaWarning.objects.filter(ticket__in=ticket_ids):
        recorded[warning.ticket_id].warnings.setdefault(_row_key(warning), []).append(warning)
    for cycle in SlaCycle.objects.filter(ticket__in=ticket_ids, version__isnull=True):
        recorded[cycle.ticket_id].imported.add(_row_key(cycle))
    return recorded


def _row_key(row: SlaBreach | SlaWarning | SlaCycle) -> ClockKey:
    return row.kind, row.metric, row.team_id, row.cycle


def _rebuild_cycles(written: Sequence[_Writing]) -> None:
    """Write the cycles that are new or differ; take away those that the history, as it is known now, no longer has.

    A broken one of these stays and says so (K-40).
    """
    names = ("pk", "ticket_id", "kind", "metric", "team_id", "cycle", *_COMPARED)
    rows_before = SlaCycle.objects.filter(ticket__in=[writing.ticket.pk for writing in written], version__isnull=False)
    stored = {row[1:6]: (row[0], row[6:]) for row in rows_before.values_list(*names)}
    rows = []
    for writing in written:
        for key, cycle in writing.cycles.items():
            _, values = stored.pop((writing.ticket.pk, *key), (None, None))
            if values != tuple(getattr(cycle, name) for name in _COMPARED):
                rows.append(cycle)
    SlaCycle.objects.bulk_create(rows, update_conflicts=True, unique_fields=_NAMES_CLOCK, update_fields=_REBUILT)
    if vanished := [pk for pk, _ in stored.values()]:
        SlaCycle.objects.filter(pk__in=vanished, breached_at__isnull=True).delete()
        SlaCycle.objects.filter(pk__in=vanished).update(state=SlaState.BREACHED, breach_holds=False, next_at=None)


def _set_columns(tickets: Sequence[Ticket]) -> None:
    """Write what the queue sorts by; one statement, which the ORM would put together for longer than all else."""
    columns = ([ticket.pk for ticket in tickets], [ticket.sla_due_at for ticket in tickets])
    with connection.cursor() as cursor:
        cursor.execute(_SET_COLUMNS, [*columns, [ticket.sla_next_at for ticket in tickets]])


def _moment(minute: int | None) -> datetime | None:
    return None if minute is None else moment_of(minute)


def _key(value: object) -> int | None:
    return value if isinstance(value, int) else None
