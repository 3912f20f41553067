"""The escalation machine: a pure function from a state and an instant to the next state and what happened.

It knows no database and no clock, so its rules can be read, and tried against worked cases, in one place:
R-E1 to R-E7 of `docs/escalation.md`. `oncall.escalation.sweep` runs it on real rows.
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
    """Whom a step names: a user, a schedule or a team."""

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
    """Steps in order, gone through 1 + `repeat` times; R-E1."""

    steps: tuple[Step, ...]
    repeat: int = 0
    ack_timeout: timedelta | None = None
    fallback: tuple[Target, ...] = ()
    fallback_delay: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Reached:
    """A person and the reason it is they: a target and, for a schedule, its version and turn (R-E10)."""

    user: Any
    because: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """One line of the log; `step` is FALLBACK for the fallback, None where no step is meant."""

    at: datetime
    event: str
    step: int | None = None
    round: int | None = None
    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True)
class State:
    """Where an escalation stands. `step` is the one that fires next; `next_at` None means never."""

    status: str = TRIGGERED
    step: int = 0
    round: int = 0
    round_reached: bool = False
    next_at: datetime | None = None
    is_exhausted: bool = False
    cursors: Mapping[int, int] = field(default_factory=dict)


Reach = Callable[[Target, datetime], Sequence[Reached]]
Outcome = tuple[State, list[Happening]]


def begin(*, at: datetime) -> State:
    """A fresh escalation: step 0 is due at the trigger (R-E3)."""
    return State(next_at=at)


def acknowledge(policy: Policy, state: State, *, at: datetime) -> Outcome:
    """Somebody answered: stop, or wait for the acknowledgement's time-out (R-E7)."""
    if state.status != TRIGGERED:
        return state, []
    next_at = at + policy.ack_timeout if policy.ack_timeout else None
    return replace(state, status=ACKNOWLEDGED, next_at=next_at), [Happening(at, "ack")]


def unacknowledge(state: State, *, at: datetime) -> Outcome:
    """The answer was taken back: start again at step 0 (R-E7)."""
    if state.status not in {ACKNOWLEDGED, SNOOZED}:
        return state, []
    return _restarted(state, at=at), [Happening(at, "unack")]


def snooze(state: State, *, at: datetime, until: datetime) -> Outcome:
    """Be quiet until then, and start again (R-E7)."""
    if state.status not in {TRIGGERED, ACKNOWLEDGED}:
        return state, []
    return replace(state, status=SNOOZED, next_at=until), [Happening(at, "snooze")]


def escalate(state: State, *, at: datetime) -> Outcome:
    """Fire the next step now (R-E7)."""
    if state.status == ENDED:
        return state, []
    return replace(state, status=TRIGGERED, next_at=at, is_exhausted=False), [Happening(at, "escalate")]


def end(state: State, *, at: datetime) -> Outcome:
    """The trouble is over; nothing follows."""
    if state.status == ENDED:
        return state, []
    return replace(state, status=ENDED, next_at=None), [Happening(at, "resolve")]


def advance(policy: Policy, state: State, *, at: datetime, reach: Reach) -> Outcome:
    """Do what is due at `at`: a timer that ran out, then the step (R-E2).

    One firing at most, however late the call: steps missed in an outage are not made up for. Steps that
    reach nobody are gone over in the same instant (R-E5). `reach` says whom a target stands for now.
    """
    if state.next_at is None or state.next_at > at or state.status == ENDED:
        return state, []
    log: list[Happening] = []
    if state.status in {ACKNOWLEDGED, SNOOZED}:
        log.append(Happening(at, "ack_timeout" if state.status == ACKNOWLEDGED else "snooze_over"))
        state = _restarted(state, at=at)
    while state.next_at is not None and state.next_at <= at:
        if state.step < len(policy.steps):
            state = _fire_step(policy, state, at, reach, log)
        else:
            state = _end_round(policy, state, at, reach, log)
    return state, log


def _restarted(state: State, *, at: datetime) -> State:
    return replace(state, status=TRIGGERED, step=0, round=0, round_reached=False, next_at=at, is_exhausted=False)


def _fire_step(policy: Policy, state: State, at: datetime, reach: Reach, log: list[Happening]) -> State:
    step = policy.steps[state.step]
    reached, cursor = _choose(step, state.cursors.get(state.step, 0), at, reach)
    following = replace(state, step=state.step + 1)
    if not reached:
        log.append(Happening(at, "nobody_on_call", state.step, state.round))
        return following
    log.append(Happening(at, "page", state.step, state.round, reached))
    if step.is_round_robin:
        following = replace(following, cursors={**state.cursors, state.step: cursor})
    return replace(following, round_reached=True, next_at=at + step.delay)


def _choose(step: Step, cursor: int, at: datetime, reach: Reach) -> tuple[tuple[Reached, ...], int]:
    if not step.is_round_robin:
        return _once([person for target in step.targets for person in reach(target, at)]), cursor
    for offset in range(len(step.targets)):
        position = (cursor + offset) % len(step.targets)
        if people := reach(step.targets[position], at):
            return _once(people), (position + 1) % len(step.targets)
    return (), cursor


def _end_round(policy: Policy, state: State, at: datetime, reach: Reach, log: list[Happening]) -> State:
    """R-E6: nobody on call never means silence."""
    is_last = state.round >= policy.repeat
    if is_last or not state.round_reached:
        reached = _once([person for target in policy.fallback for person in reach(target, at)])
        if reached:
            log.append(Happening(at, "page", FALLBACK, state.round, reached))
    if is_last:
        log.append(Happening(at, "exhausted"))
        return replace(state, next_at=None, is_exhausted=True)
    next_at = at if state.round_reached else at + policy.fallback_delay
    return replace(state, round=state.round + 1, step=0, round_reached=False, next_at=next_at)


def _once(people: Sequence[Reached]) -> tuple[Reached, ...]:
    """Each person once, in order, with the first reason (R-E4)."""
    found: dict[Any, Reached] = {}
    for person in people:
        found.setdefault(person.user, person)
    return tuple(found.values())
