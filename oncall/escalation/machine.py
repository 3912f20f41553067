"""The escalation machine: a pure function from a state and a time to the next state and a log.

It uses no database and no clock, so its rules can be read and tested with worked cases in one place:
R-E1 to R-E7a of `docs/escalation.md`. `oncall.escalation.sweep` runs it on real rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

FALLBACK = -1
"""The step number under which the fallback is logged."""

TRIGGERED, ACKNOWLEDGED, SNOOZED, ENDED = "triggered", "acknowledged", "snoozed", "ended"


@dataclass(frozen=True)
class Target:
    """A target of a step: a user, a schedule or a team."""

    kind: str
    key: Any


@dataclass(frozen=True)
class Step:
    """Page these targets, then wait `delay` for an answer."""

    delay: timedelta
    targets: tuple[Target, ...]
    is_round_robin: bool = False


@dataclass(frozen=True)
class Policy:
    """Steps in order, run 1 + `repeat` times (R-E1)."""

    steps: tuple[Step, ...]
    repeat: int = 0
    ack_timeout: timedelta | None = None
    fallback: tuple[Target, ...] = ()
    fallback_delay: timedelta = timedelta(minutes=5)
    last_resort: tuple[Target, ...] = ()
    """Tried in turn when the fallback reaches nobody, until one does."""


@dataclass(frozen=True)
class Reached:
    """A person to page and the reason: a target and, for a schedule, its version and turn (R-E10)."""

    user: Any
    because: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LogLine:
    """One line of the log; `step` is FALLBACK for the fallback, None where no step is meant."""

    at: datetime
    event: str
    step: int | None = None
    round: int | None = None
    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True)
class State:
    """The state of an escalation. `step` is the one that fires next; `next_at` None means never."""

    status: str = TRIGGERED
    step: int = 0
    round: int = 0
    round_reached: bool = False
    is_round_lost: bool = False
    """Whether no page of the round has arrived, and the providers are the reason (R-E8)."""
    next_at: datetime | None = None
    is_exhausted: bool = False
    cursors: Mapping[int, int] = field(default_factory=dict)


Reach = Callable[[Target, datetime], Sequence[Reached]]
Outcome = tuple[State, list[LogLine]]


def begin(*, at: datetime) -> State:
    """The state of a new escalation: step 0 is due at the trigger (R-E3)."""
    return State(next_at=at)


def acknowledge(state: State, *, at: datetime, timeout: timedelta | None) -> Outcome:
    """Acknowledge: stop, or wait for the policy's acknowledgement time-out (R-E7)."""
    if state.status != TRIGGERED:
        return state, []
    next_at = at + timeout if timeout else None
    return replace(state, status=ACKNOWLEDGED, next_at=next_at), [LogLine(at, "ack")]


def unacknowledge(state: State, *, at: datetime) -> Outcome:
    """Take the acknowledgement back: start again at step 0 (R-E7)."""
    if state.status not in {ACKNOWLEDGED, SNOOZED}:
        return state, []
    return restart(state, at=at), [LogLine(at, "unack")]


def snooze(state: State, *, at: datetime, until: datetime) -> Outcome:
    """Pause until a time, then start again at step 0 (R-E7)."""
    if state.status not in {TRIGGERED, ACKNOWLEDGED}:
        return state, []
    return replace(state, status=SNOOZED, next_at=until), [LogLine(at, "snooze")]


def escalate(state: State, *, at: datetime) -> Outcome:
    """Fire the next step now (R-E7)."""
    if state.status == ENDED:
        return state, []
    return replace(state, status=TRIGGERED, next_at=at, is_exhausted=False), [LogLine(at, "escalate")]


def decline(state: State, *, at: datetime) -> Outcome:
    """Say "I can't": fire the next step now; an acknowledgement is taken back without starting again (R-E7a)."""
    if state.status not in {TRIGGERED, ACKNOWLEDGED}:
        return state, []
    return replace(state, status=TRIGGERED, next_at=at, is_exhausted=False), [LogLine(at, "decline")]


def raise_urgency(state: State, *, at: datetime, timeout: timedelta | None) -> Outcome:
    """Raise the notification urgency (R-E7a): a snooze ends, an acknowledgement's time-out runs anew.

    While it is triggered, the state stays; `has_fired` says whether the people of the last firing are paged again.
    """
    log = [LogLine(at, "urgency")]
    if state.status == SNOOZED:
        return restart(state, at=at), log
    if state.status == ACKNOWLEDGED:
        return replace(state, next_at=at + timeout if timeout else None), log
    return (state, log) if state.status == TRIGGERED else (state, [])


def has_fired(state: State) -> bool:
    """Whether a step or the fallback has fired since the escalation began or started again."""
    return bool(state.step or state.round or state.is_exhausted)


def end(state: State, *, at: datetime) -> Outcome:
    """End the escalation; no step follows."""
    if state.status == ENDED:
        return state, []
    return replace(state, status=ENDED, next_at=None), [LogLine(at, "resolve")]


def advance(policy: Policy, state: State, *, at: datetime, reach: Reach) -> Outcome:
    """Do what is due at `at`: an expired timer, then the step (R-E2).

    At most one firing, however late the call: steps missed in an outage are not repeated. Steps that reach
    nobody are skipped at once (R-E5). `reach` returns the people of a target at a time.
    """
    if state.next_at is None or state.next_at > at or state.status == ENDED:
        return state, []
    log: list[LogLine] = []
    if state.status in {ACKNOWLEDGED, SNOOZED}:
        log.append(LogLine(at, "ack_timeout" if state.status == ACKNOWLEDGED else "snooze_over"))
        state = restart(state, at=at)
    while state.next_at is not None and state.next_at <= at:
        if state.step < len(policy.steps):
            state = _fire_step(policy, state, at, reach, log)
        else:
            state = _end_round(policy, state, at, reach, log)
    return state, log


def restart(state: State, *, at: datetime) -> State:
    """Begin again at step 0, due now."""
    return replace(state, status=TRIGGERED, step=0, round=0, round_reached=False, next_at=at, is_exhausted=False)


def _fire_step(policy: Policy, state: State, at: datetime, reach: Reach, log: list[LogLine]) -> State:
    step = policy.steps[state.step]
    reached, cursor = _choose(step, state.cursors.get(state.step, 0), at, reach)
    following = replace(state, step=state.step + 1)
    if not reached:
        log.append(LogLine(at, "nobody_on_call", state.step, state.round))
        return following
    log.append(LogLine(at, "page", state.step, state.round, reached))
    if step.is_round_robin:
        following = replace(following, cursors={**state.cursors, state.step: cursor})
    return replace(following, round_reached=True, next_at=at + step.delay)


def _choose(step: Step, cursor: int, at: datetime, reach: Reach) -> tuple[tuple[Reached, ...], int]:
    if not step.is_round_robin:
        return _unique_people([person for target in step.targets for person in reach(target, at)]), cursor
    for offset in range(len(step.targets)):
        position = (cursor + offset) % len(step.targets)
        if people := reach(step.targets[position], at):
            return _unique_people(people), (position + 1) % len(step.targets)
    return (), cursor


def _end_round(policy: Policy, state: State, at: datetime, reach: Reach, log: list[LogLine]) -> State:
    """R-E6: even when nobody is on call, somebody is paged. A round lost to providers is not counted (R-E8)."""
    is_last = state.round >= policy.repeat and not state.is_round_lost
    has_reached = state.round_reached and not state.is_round_lost
    if state.is_round_lost:
        log.append(LogLine(at, "provider_down", None, state.round))
    if is_last or not has_reached:
        reached = _fallback_people(policy, at, reach)
        if reached:
            log.append(LogLine(at, "page", FALLBACK, state.round, reached))
    if is_last:
        log.append(LogLine(at, "exhausted"))
        return replace(state, next_at=None, is_exhausted=True)
    next_at = at if has_reached else at + policy.fallback_delay
    following = state.round if state.is_round_lost else state.round + 1
    return replace(state, round=following, step=0, round_reached=False, is_round_lost=False, next_at=next_at)


def _fallback_people(policy: Policy, at: datetime, reach: Reach) -> tuple[Reached, ...]:
    people = _unique_people([person for target in policy.fallback for person in reach(target, at)])
    if people:
        return people
    return next((_unique_people(rung) for target in policy.last_resort if (rung := reach(target, at))), ())


def _unique_people(people: Sequence[Reached]) -> tuple[Reached, ...]:
    """Each person once, in order, with the first reason (R-E4)."""
    people_by_user: dict[Any, Reached] = {}
    for person in people:
        people_by_user.setdefault(person.user, person)
    return tuple(people_by_user.values())
