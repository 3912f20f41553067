"""A clock's time in stretches in which nothing changes: the promise, the pause and whether it runs (K-32).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from incidents.sla.definitions import Promises, TargetVersion
from incidents.sla.history import Mark, State
from incidents.sla.matching import Matching

OLA_TEAM = "team"
"""The pause of a team's clock while another team has the ticket (K-23)."""
TWO_YEARS = 730 * 24 * 60


class Status(StrEnum):
    """Whether a clock is open, and else how it ended."""

    OPEN = "open"
    MET = "met"
    CANCELLED = "cancelled"
    UNPROMISED = "unpromised"
    """No target applies at present (K-7)."""


_ENDED = (Status.MET, Status.CANCELLED)
End = tuple[Status, int]
"""How a clock has ended, and in which minute."""


@dataclass(frozen=True)
class Ending:
    """What ends a clock: an event for good, or a state of the ticket as long as it lasts (K-30, K-31)."""

    for_good: Mark | None
    while_met: Callable[[State], Mark | None]
    while_cancelled: Callable[[State], Mark | None]

    @property
    def end(self) -> int | None:
        """The minute in which it ends for good."""
        return None if self.for_good is None else self.for_good[0]

    def at(self, minute: int, state: State) -> End | None:
        """How it has ended by a minute; None while it is open. What happened first counts."""
        met = self.for_good if self.lasts(minute) else self.while_met(state)
        cancelled = self.while_cancelled(state)
        if met is not None and (cancelled is None or met < cancelled):
            return Status.MET, met[0]
        return None if cancelled is None else (Status.CANCELLED, cancelled[0])

    def lasts(self, minute: int) -> bool:
        """Whether it has ended for good, so that reopening changes nothing."""
        return self.for_good is not None and self.for_good[0] <= minute


@dataclass(frozen=True)
class EndOfCycle:
    """The end of a cycle of the cadence, which nothing opens again (K-29)."""

    minute: int | None
    status: Status

    @property
    def end(self) -> int | None:
        """The minute in which it ends."""
        return self.minute

    def at(self, minute: int, state: State) -> End | None:
        """How it has ended by a minute."""
        return (self.status, self.minute) if self.minute is not None and self.lasts(minute) else None

    def lasts(self, minute: int) -> bool:
        """Whether it has ended."""
        return self.minute is not None and minute >= self.minute


@dataclass(frozen=True)
class Clock:
    """One run of a promise on one ticket: a kind and metric, a team for an OLA, a cycle for the cadence."""

    kind: str
    metric: str
    team: Hashable
    number: int
    start: int
    first_match: int
    """The first minute in which a target applied; before it, that target governs (K-22)."""
    first_version: TargetVersion
    ending: Ending | EndOfCycle


class Stretch(NamedTuple):
    """Minutes `[start, end)` in which a clock's circumstances are the same."""

    start: int
    end: int
    status: Status
    version: TargetVersion | None
    pauses: frozenset[str]
    is_credited: bool
    elapsed: int
    """Minutes that had counted before it."""
    can_break: bool
    """Whether a target was in force in these minutes themselves."""

    @property
    def is_running(self) -> bool:
        """Open and not paused: it can warn and break (K-37)."""
        return self.status == Status.OPEN and self.version is not None and not self.pauses and self.can_break

    def count(self, until: int) -> int:
        """The minutes of it that count up to `until` (K-32)."""
        if self.status != Status.OPEN or self.version is None or self.pauses or self.is_credited:
            return 0
        return self.version.hours.count(self.start, min(until, self.end))

    def reach(self, elapsed: int, *, since: int, before: int) -> int | None:
        """The first minute of it, from `since` on, at which so many minutes have counted; None if not in it."""
        if self.version is None:
            return None
        missing = elapsed - self.elapsed - (self.count(since) if since > self.start else 0)
        stop = min(before, self.end)
        if missing <= 0:
            return since if since < stop else None
        if self.pauses or self.is_credited or self.status != Status.OPEN:
            return None
        at = self.version.hours.advance(since, missing, limit=stop)
        return at if at is not None and at < stop else None


_Circumstances = tuple[Status, TargetVersion | None, frozenset[str], bool, bool]
_NO_PAUSE: frozenset[str] = frozenset()


class Course:
    """How one clock went up to a minute, by the history known."""

    def __init__(self, clock: Clock, matching: Matching, *, planned: Promises, until: int) -> None:
        self.clock = clock
        self.matching = matching
        self.history = matching.history
        self.promises = matching.promises
        """As they are known."""
        self.planned = planned
        """With what was planned once and withdrawn since."""
        self.until = until
        self.status = Status.OPEN
        self.stopped_at: int | None = None
        self._ended: int | None = None
        """The minute of the event that ended it."""
        self.version = clock.first_version
        """In force now, or when it ended."""
        self.elapsed = 0
        self.stretches = list(self._walk())
        last = self.stretches[-1]
        self.elapsed = last.elapsed + last.count(until)

    @property
    def pauses(self) -> frozenset[str]:
        """Why it is paused at the last minute."""
        return self.stretches[-1].pauses if self.status == Status.OPEN else frozenset()

    @property
    def paused_since(self) -> int | None:
        """Since when it has been paused without a break."""
        since = None
        for stretch in reversed(self.stretches):
            if not stretch.pauses or stretch.status != Status.OPEN:
                break
            since = stretch.start
        return since

    def breach(self) -> int | None:
        """The first minute in which it ran with at least the goal in force in that minute (K-38)."""
        for stretch in self.stretches:
            if stretch.is_running and stretch.version is not None:
                at = stretch.reach(stretch.version.goal, since=stretch.start, before=self.until + 1)
                if at is not None:
                    return at
        return None

    def reached(self, elapsed: int) -> int | None:
        """The first instant at which so many minutes had counted (K-33)."""
        for stretch in self.stretches:
            counted = stretch.count(self.until)
            if stretch.version is not None and counted and stretch.elapsed + counted >= elapsed:
                return stretch.version.hours.advance(
                    stretch.start, elapsed - stretch.elapsed, limit=min(stretch.end, self.until)
                )
        return None

    def _walk(self) -> Iterator[Stretch]:
        """Stretches as long as possible: an edge at which nothing changes for this clock makes no new one."""
        edges = self._edges()
        start, current = edges[0], self._circumstances(edges[0])
        for edge in edges[1:]:
            if self.status in _ENDED and self._is_over(edge):
                continue
            new = self._circumstances(edge)
            if new != current:
                yield self._stretch(start, edge, current)
                start, current = edge, new
        yield self._stretch(start, self.until + 1, current)

    def _is_over(self, edge: int) -> bool:
        """Whether a clock that has ended stays so in this minute: only reopening can change it (K-30)."""
        return isinstance(self.clock.ending, EndOfCycle) or edge not in self.history.reopenings

    def _stretch(self, start: int, end: int, circumstances: _Circumstances) -> Stretch:
        status, version, pauses, is_credited, can_break = circumstances
        stretch = Stretch(start, end, status, version, pauses, is_credited, self.elapsed, can_break)
        self.elapsed += stretch.count(end)
        return stretch

    def _circumstances(self, minute: int) -> _Circumstances:
        state, version, is_credited = self.matching.frame(minute)
        if minute < self.clock.first_match:
            version = self._version_at(minute)
        self._move(minute, version, state)
        pauses = _NO_PAUSE if version is None or not state.holds else state.pauses & version.pause_reasons
        if self.clock.kind == "ola" and state.fields.get("team") != self.clock.team:
            pauses |= {OLA_TEAM}
        return self.status, version, pauses, is_credited, minute >= self.clock.first_match

    def _edges(self) -> list[int]:
        """The minutes, from the start to the last one, in which anything may change."""
        first, last = self.clock.start, self.until
        between = self.matching.edges[
            bisect_right(self.matching.edges, first) : bisect_right(self.matching.edges, last)
        ]
        edges = [first, *between]
        for minute in (self.clock.first_match, self.clock.ending.end):
            if minute is not None and first < minute <= last and minute not in between:
                insort(edges, minute)
        return edges

    def _version_at(self, minute: int) -> TargetVersion | None:
        if minute < self.clock.first_match:
            target = self.promises.target(self.clock.first_version.target)
            return target.promise_at(minute, opened=self.history.opened)
        return self.matching.at(minute)

    def _move(self, minute: int, version: TargetVersion | None, state: State) -> None:
        """Change the status as this minute does; an ended clock keeps its version (K-45)."""
        end = self.clock.ending.at(minute, state)
        if end is None and version is not None and self.status is Status.OPEN:
            self.version = version
            return
        was_ended = self.status in _ENDED
        if self._stays(minute, version, end):
            return
        if was_ended and version is None and end is None and minute < self.clock.first_match:
            self.status = Status.UNPROMISED
            return
        new = self._status(minute, version, end)
        if new == Status.OPEN:
            self.stopped_at = None
        elif new != Status.UNPROMISED or self.stopped_at is None or self._version_at(self.stopped_at) is not None:
            self.stopped_at = minute
        self.status = new
        self._ended = None if end is None else end[1]
        if version is not None:
            self.version = version
        elif new == Status.CANCELLED:
            self.version = self.clock.first_version
        elif was_ended or minute == self.clock.start:
            last = self.matching.last(before=minute, since=self.clock.first_match)
            self.version = last or self.clock.first_version

    def _status(self, minute: int, version: TargetVersion | None, end: End | None) -> Status:
        if version is None and minute >= self.clock.first_match:
            return Status.UNPROMISED
        if end is None:
            return Status.OPEN
        # It ended before the target existed: a promise that nobody had made was not kept (K-22, K-45).
        return Status.CANCELLED if version is None else end[0]

    def _stays(self, minute: int, version: TargetVersion | None, end: End | None) -> bool:
        """Whether this minute changes nothing for a clock that is not open."""
        if self.status == Status.UNPROMISED:
            if version is None:
                return end is not None or minute < self.clock.first_match
            return end is not None and end[1] < minute
        return self.status != Status.OPEN and self._stays_ended(minute, end)

    def _stays_ended(self, minute: int, end: End | None) -> bool:
        """Whether an ended clock stays as it is: reopening starts it again, unless it has ended for good (K-30)."""
        ending = self.clock.ending
        if end is None:
            return False
        if minute not in self.history.reopenings or isinstance(ending, EndOfCycle):
            return True
        if ending.for_good is None or not ending.lasts(minute) or end[0] != Status.MET:
            return False
        answered = ending.for_good[0]
        version = self._version_at(answered)
        if version is not None and answered >= (self._ended or 0):
            # Somebody answered, perhaps while the ticket was closed; that counts once it is open again.
            self.status, self.stopped_at, self.version = Status.MET, max(answered, self.clock.start), version
        return True
