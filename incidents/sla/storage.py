"""The clocks of tickets as rows: facts that are added once, cycles and the columns of the queue that are rebuilt.

Everything is computed before a row is locked, and written in one short transaction, so that nobody who answers a
page waits for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from incidents.models import SlaBreach, SlaCycle, SlaState, SlaWarning, Ticket
from incidents.sla import loading
from incidents.sla.clocks import ClockKey, key_of, project
from incidents.sla.definitions import Definitions, TargetVersion
from incidents.sla.replay import Breach, Facts, Reading, Warning, follow, read
from incidents.sla.stretches import Course
from incidents.sla.targets import BREACH_PERCENT
from oncall.calendars.opening_hours import minute_of, moment_of, moment_or_none

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


def with_news(computed: Mapping[int, Computed], *, at: datetime) -> set[int]:
    """The tickets with a warning or breach that is not recorded yet; nothing is locked, so `write` looks again."""
    recorded = _load_recorded(list(computed))
    return {pk for pk, clocks in computed.items() if _NewFacts(clocks, recorded[pk], at=at)}


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
    written = [_Writing(computed[pk], recorded[pk], at=at) for pk in free]
    SlaBreach.objects.bulk_create([row for writing in written for row in writing.breaches])
    SlaWarning.objects.bulk_create([row for writing in written for row in writing.warnings])
    _rebuild_cycles(written)
    _set_columns([writing.ticket for writing in written])
    return [news for writing in written for news in writing.news()]


class _NewFacts:
    """The warnings and breaches of one ticket that are not recorded yet and whose minute is over (K-3)."""

    def __init__(self, computed: Computed, recorded: _Recorded, *, at: datetime) -> None:
        self.courses = {
            key_of(course.clock): course
            for course in computed.courses
            if key_of(course.clock) not in recorded.imported
        }
        self._judged = minute_of(at - GRACE) - 1
        self.breaches = {
            key: fact
            for key, fact in computed.facts.breaches.items()
            if key in self.courses and key not in recorded.breaches and fact.recorded_at <= self._judged
        }
        self.warnings = {
            key: warnings
            for key, facts in computed.facts.warnings.items()
            if key in self.courses and (warnings := self._due(facts, recorded.warnings.get(key, ())))
        }

    def __bool__(self) -> bool:
        return bool(self.breaches or self.warnings)

    def _due(self, facts: Sequence[Warning], rows: Iterable[SlaWarning]) -> list[Warning]:
        """Warnings to write: after a pause of the engine only the highest of a clock is sent (K-36)."""
        before = {(row.percent, row.goal_minutes) for row in rows}
        due = [fact for fact in facts if fact.at <= self._judged and (fact.percent, fact.goal) not in before]
        last = max(due, key=lambda fact: (fact.is_sent, fact.percent), default=None)
        return [replace(fact, is_sent=fact is last) for fact in due]


class _Writing:
    """The rows of one ticket."""

    def __init__(self, computed: Computed, recorded: _Recorded, *, at: datetime) -> None:
        self.ticket = computed.ticket
        self._at = at
        self._recorded = recorded
        self._new = _NewFacts(computed, recorded, at=at)
        self.breaches = [self._breach(key, fact) for key, fact in self._new.breaches.items()]
        self.warnings = [self._warning(key, fact) for key, facts in self._new.warnings.items() for fact in facts]
        merged = self._merged()
        self.cycles = {key: self._cycle(read(course, merged), merged) for key, course in self._new.courses.items()}
        self._set_columns(computed.definitions)

    def news(self) -> list[News]:
        """A breach, or the new warning that is sent, of each clock."""
        sent = {key: fact.percent for key, facts in self._new.warnings.items() for fact in facts if fact.is_sent}
        return [
            News(self.ticket, row, BREACH_PERCENT if is_breach else sent[key], is_breach=is_breach)
            for key, row in self.cycles.items()
            if (is_breach := key in self._new.breaches) or key in sent
        ]

    def _merged(self) -> Facts:
        """The facts as they are recorded from now on: what was recorded before is never moved (K-40)."""
        facts = Facts()
        for key, row in self._recorded.breaches.items():
            if key in self._new.courses:
                version = self._new.courses[key].version
                facts.breaches[key] = Breach(minute_of(row.breached_at), minute_of(row.recorded_at), version)
        facts.breaches |= self._new.breaches
        for key, rows in self._recorded.warnings.items():
            facts.counted[key] = {(row.percent, row.goal_minutes) for row in rows}
        for key, new in self._new.warnings.items():
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
            stopped_at=moment_or_none(course.stopped_at),
            due_at=moment_or_none(reading.due_at),
            next_at=moment_or_none(next_minute),
            goal_minutes=course.version.goal,
            elapsed_minutes=course.elapsed,
            paused_by=sorted(course.pauses),
            paused_since=moment_or_none(course.paused_since),
            breached_at=moment_or_none(breach.at if breach else None),
            breach_holds=None if breach is None else reading.still_breached is not None,
            computed_at=self._at,
            decided_at=moment_or_none(decided),
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
            turns += filter(None, [moment_or_none(_next_boundary(definitions, minute_of(self._at)))])
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


def _next_boundary(definitions: Definitions, minute: int) -> int | None:
    """The next minute from which another version of a target may be in force; None if none is planned."""
    boundaries = (boundary for promises in definitions.by_promise.values() for boundary in promises.boundaries)
    return min((boundary for boundary in boundaries if boundary > minute), default=None)


def _load_recorded(ticket_ids: Sequence[int]) -> dict[int, _Recorded]:
    recorded = {pk: _Recorded() for pk in ticket_ids}
    for breach in SlaBreach.objects.filter(ticket__in=ticket_ids):
        recorded[breach.ticket_id].breaches[row_key(breach)] = breach
    for warning in SlaWarning.objects.filter(ticket__in=ticket_ids):
        recorded[warning.ticket_id].warnings.setdefault(row_key(warning), []).append(warning)
    for cycle in SlaCycle.objects.filter(ticket__in=ticket_ids, version__isnull=True):
        recorded[cycle.ticket_id].imported.add(row_key(cycle))
    return recorded


def row_key(row: SlaBreach | SlaWarning | SlaCycle) -> ClockKey:
    """What identifies the clock of a row, as `clocks.key_of` does that of a clock."""
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


def _key(value: object) -> int | None:
    return value if isinstance(value, int) else None
