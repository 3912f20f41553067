"""Which clocks a ticket has, and how each stands (K-7, K-20 to K-34).

Instants are whole minutes since 1970-01-01T00:00Z, as integers.
"""

from collections.abc import Callable, Hashable, Iterator

from incidents.sla.definitions import Definitions, Promises, TargetVersion
from incidents.sla.history import History, Mark, State
from incidents.sla.matching import Matching
from incidents.sla.stretches import TWO_YEARS, Clock, Course, Ending, EndOfCycle, Status

ClockKey = tuple[str, str, Hashable, int]
"""Kind, metric, team, and the number of the cycle."""


def courses(
    history: History, definitions: Definitions, *, until: int, planned: Definitions | None = None
) -> list[Course]:
    """Every clock of a ticket that has started by `until`, in the order of kinds, metrics, teams and cycles.

    `planned` are the definitions without those that are withdrawn, or not written yet, at the moment of the question.
    """
    if "opened" not in history.firsts:
        return []
    return [
        Course(clock, matching, planned=definitions.by_promise[kind, metric], until=until)
        for (kind, metric), promises in (planned or definitions).by_promise.items()
        for matching, clock in _clocks(kind, metric, history, promises, until)
    ]


def key_of(clock: Clock) -> ClockKey:
    """What identifies a clock of one ticket, whatever its history turns out to be."""
    return clock.kind, clock.metric, clock.team, clock.number


def due_at(course: Course) -> int | None:
    """When the goal is reached: in the past as it was, else if nothing more happens (K-33); None for never."""
    goal = course.version.goal
    if course.elapsed >= goal and (past := course.reached(goal)) is not None:
        return past
    if course.status in (Status.CANCELLED, Status.UNPROMISED):
        return None
    if course.status == Status.OPEN:
        return None if course.pauses else project(course, lambda version: version.goal)
    return _project(
        course,
        since=course.stopped_at or course.until,
        promises=course.planned.known_at(course.stopped_at or course.until),
        need_of=lambda version: version.goal,
        pauses=frozenset(),
    )


def project(course: Course, need_of: Callable[[TargetVersion], int | None]) -> int | None:
    """The next minute at which the minutes that counted reach what the version then in force asks for.

    Nothing more happens, but definitions change as they are planned (K-33). None if never within two years.
    """
    pauses = course.history.state_at(course.until).pauses
    return _project(course, since=course.until, promises=course.promises, need_of=need_of, pauses=pauses)


def _project(
    course: Course,
    *,
    since: int,
    promises: Promises,
    need_of: Callable[[TargetVersion], int | None],
    pauses: frozenset[str],
) -> int | None:
    fields = course.matching.fields_at(since)
    history, elapsed, limit = course.history, course.elapsed, since + TWO_YEARS
    edges = {limit, *promises.boundaries, *(minute for span in history.credits for minute in span)}
    minute = since
    for edge in sorted(edge for edge in edges if since < edge <= limit):
        if since < course.clock.first_match:
            version = promises.target(course.clock.first_version.target).promise_at(minute, opened=history.opened)
        else:
            version = promises.match(fields, minute, opened=history.opened)
        if version is None:
            return None
        need = need_of(version)
        if need is not None and elapsed >= need and minute > since:
            return minute
        if not pauses & version.pause_reasons and not history.is_credited(minute):
            if need is not None and need > elapsed:
                at = version.hours.advance(minute, need - elapsed, limit=edge)
                if at is not None and (at < edge or edge == limit):
                    return at
            elapsed += version.hours.count(minute, edge) if edge < limit else 0
        minute = edge
    return None


def _clocks(
    kind: str, metric: str, history: History, promises: Promises, until: int
) -> Iterator[tuple[Matching, Clock]]:
    """The clocks of one promise that have started, if a target has ever applied; one for each team of an OLA."""
    teams: list[tuple[Hashable, int]] = history.teams if kind == "ola" else [(None, history.opened)]
    for team, since in teams:
        matching = Matching(history, promises, team)
        match = matching.first(until=until)
        if match is None:
            continue
        if metric == "next_update":
            runs = [(number, *cycle) for number, cycle in enumerate(_cycles(history), start=1) if cycle[0] >= since]
        else:
            start = since if kind == "ola" else _start(match[1].start, history)
            runs = [] if start is None else [(1, start, _ending(kind, metric, team, history))]
        for number, begin, ending in runs:
            if begin <= until:
                yield matching, Clock(kind, metric, team, number, begin, *match, ending)


def _start(rule: str, history: History) -> int | None:
    """The minute that a start rule names, None if it has not happened (K-20, K-21)."""
    if rule == "impact":
        return history.opened if history.impact is None else history.impact
    event = {"alerted": "alerted", "restored": "restored", "vendor": "vendor_notified"}.get(rule, "opened")
    mark = history.firsts.get(event)
    return None if mark is None else mark[0]


def _ending(kind: str, metric: str, team: Hashable, history: History) -> Ending:
    """What ends a clock: for good, or as long as the ticket is in that state (K-30, K-31)."""
    firsts = history.firsts
    if metric == "acknowledge":
        answered = history.acknowledged_by.get(team) if kind == "ola" else firsts.get("acknowledged")
        if kind == "underpinning":
            answered = firsts.get("vendor_acknowledged")
        return Ending(_earliest(answered, firsts.get("restored")), while_met=_never, while_cancelled=_cancelled)
    if metric in ("first_response", "first_update"):
        message = firsts.get("replied" if metric == "first_response" else "update")
        return Ending(message, while_met=_never, while_cancelled=_resolved_or_cancelled)
    if metric == "prevent":
        return Ending(None, while_met=lambda state: state.resolved, while_cancelled=_cancelled)
    done = firsts.get("vendor_done") if kind == "underpinning" else None
    return Ending(done, while_met=lambda state: state.restored, while_cancelled=_cancelled)


def _never(state: State) -> Mark | None:
    return None


def _cancelled(state: State) -> Mark | None:
    return state.cancelled


def _resolved_or_cancelled(state: State) -> Mark | None:
    return _earliest(state.resolved, state.cancelled)


def _earliest(*marks: Mark | None) -> Mark | None:
    return min((mark for mark in marks if mark is not None), default=None)


def _cycles(history: History) -> Iterator[tuple[int, Ending | EndOfCycle]]:
    """The cycles of the cadence: from a public update, or from reopening, to the next one (K-29)."""
    start: int | None = None
    had_update = False
    for minute in history.minutes:
        state, is_update = history.state_at(minute), minute in history.updates
        if start is not None and (is_update or state.is_ended or minute in history.endings):
            yield start, EndOfCycle(minute, Status.MET if is_update else Status.CANCELLED)
            start = None
        had_update |= is_update
        if start is None and not state.is_ended and (is_update or (minute in history.reopenings and had_update)):
            start = minute
    if start is not None:
        yield start, EndOfCycle(None, Status.MET)
