"""Facts: warnings sent and breaches recorded, as the system knew the ticket's history at each moment (K-36 to K-40).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from incidents.sla.clocks import ClockKey, courses, due_at, key_of
from incidents.sla.definitions import Definitions, TargetVersion
from incidents.sla.history import Event, History
from incidents.sla.stretches import Course, Status


@dataclass(frozen=True)
class Breach:
    """A promise was broken; recorded once for a clock and cycle (K-39)."""

    at: int
    recorded_at: int
    version: TargetVersion


@dataclass(frozen=True)
class Warning:
    """A warning was sent; once for a clock, cycle, percentage and goal (K-36)."""

    percent: int
    goal: int
    at: int
    version: TargetVersion
    is_sent: bool = True
    """False if a higher one fell due in the same minute; it counts as sent."""


@dataclass
class Facts:
    """What was recorded about the clocks of one ticket."""

    breaches: dict[ClockKey, Breach] = field(default_factory=dict)
    warnings: dict[ClockKey, list[Warning]] = field(default_factory=dict)
    counted: dict[ClockKey, set[tuple[int, int]]] = field(default_factory=dict)
    """Percentage and goal of the warnings that were sent or count as sent."""


@dataclass(frozen=True)
class Reading:
    """How one clock stands at a moment, with the facts recorded about it."""

    course: Course
    due_at: int | None
    breach: Breach | None
    warnings: Sequence[Warning]
    still_breached: int | None
    """The breach that today's history shows, if any (K-40)."""

    @property
    def state(self) -> str:
        """running or paused while open; then met, breached or cancelled (K-34)."""
        if self.course.status == Status.OPEN:
            return "paused" if self.course.pauses else "running"
        if self.breach is not None:
            return "breached"
        return "met" if self.course.status == Status.MET else "cancelled"

    @property
    def remaining(self) -> int:
        """Minutes left of the goal; negative is overrun (K-32)."""
        return self.course.version.goal - self.course.elapsed

    @property
    def is_within_hours(self) -> bool | None:
        """Whether the calendar is open now; None once the clock has ended."""
        if self.course.status != Status.OPEN:
            return None
        return self.course.version.hours.is_open(self.course.until)


def replay(events: Iterable[Event], definitions: Definitions, *, as_of: int) -> list[Reading]:
    """The clocks of a ticket at `as_of`, with the warnings and breaches the system would have recorded in time."""
    now, facts = follow(events, definitions, as_of=as_of)
    return [read(course, facts) for course in now]


def follow(events: Iterable[Event], definitions: Definitions, *, as_of: int) -> tuple[list[Course], Facts]:
    """The clocks of a ticket as known at `as_of`, and the facts that followed from what was known at each moment.

    Knowledge changes when something about the past is recorded or struck out; between two such moments facts
    follow from one history.
    """
    events = [event for event in events if event.recorded_at <= as_of]
    planned = definitions.known_at(as_of)
    facts, now = Facts(), []
    for since, before in _epochs(events, as_of):
        history = History(event for event in events if _is_known(event, since, before))
        now = courses(history, definitions, planned=planned, until=before - 1)
        for course in now:
            record(facts, course, since=since)
    return now, facts


def read(course: Course, facts: Facts) -> Reading:
    """A clock with its facts."""
    key = key_of(course.clock)
    breach = facts.breaches.get(key)
    return Reading(
        course=course,
        due_at=due_at(course),
        breach=breach,
        warnings=[warning for warning in facts.warnings.get(key, ()) if warning.is_sent],
        still_breached=course.breach() if breach else None,
    )


def record(facts: Facts, course: Course, *, since: int | None) -> None:
    """Add what a clock shows from `since` on: a breach once, and warnings that were not sent before."""
    key = key_of(course.clock)
    if key not in facts.breaches and (at := course.breach()) is not None:
        facts.breaches[key] = Breach(at, at if since is None else max(at, since), _version_in(course, at))
    counted = facts.counted.setdefault(key, set())
    facts.warnings.setdefault(key, []).extend(_warnings(course, counted, since))


def _warnings(course: Course, counted: set[tuple[int, int]], since: int | None) -> Iterable[Warning]:
    for stretch in course.stretches:
        version = stretch.version
        start = stretch.start if since is None else max(stretch.start, since)
        if version is None or not stretch.is_running or start >= stretch.end:
            continue
        goal = version.goal
        crossed: dict[int, list[int]] = {}
        for percent in version.warn:
            if (percent, goal) in counted:
                continue
            at = stretch.reach(-(-percent * goal // 100), since=start, before=course.until + 1)
            if at is not None:
                crossed.setdefault(at, []).append(percent)
        for at, percents in sorted(crossed.items()):
            counted.update((percent, goal) for percent in percents)
            for percent in sorted(percents):
                yield Warning(percent, goal, at, version, is_sent=percent == max(percents))


def _version_in(course: Course, minute: int) -> TargetVersion:
    for stretch in course.stretches:
        if stretch.start <= minute < stretch.end and stretch.version is not None:
            return stretch.version
    return course.version


def _epochs(events: Sequence[Event], as_of: int) -> Iterable[tuple[int | None, int]]:
    """The spans of time in which nothing about the past was learned; the first has no beginning."""
    turns = {
        minute
        for event in events
        if event.looks_back
        for minute in (event.recorded_at, event.withdrawn_at)
        if minute is not None and minute <= as_of
    }
    bounds: list[int | None] = [None, *sorted(turns)]
    return list(zip(bounds, [*sorted(turns), as_of + 1], strict=True))


def _is_known(event: Event, since: int | None, before: int) -> bool:
    is_withdrawn = event.withdrawn_at is not None and since is not None and event.withdrawn_at <= since
    return event.recorded_at < before and not is_withdrawn
