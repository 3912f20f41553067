"""The pure machine: worked cases, and properties that hold for any policy and any night."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.escalation import machine
from oncall.escalation.machine import FALLBACK, Policy, Reached, Step, Target

CASES = sorted((Path(__file__).parents[2] / "cases" / "escalation").glob("*.json"))
START = datetime(2026, 1, 5, tzinfo=UTC)
_VERBS = {
    "unack": machine.unacknowledge,
    "escalate": machine.escalate,
    "decline": machine.decline,
    "resolve": machine.end,
}


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


def read_policy(data):
    steps = tuple(
        Step(
            delay=timedelta(minutes=step["delay"]),
            targets=tuple(
                Target(kind, key if kind != "team" else tuple(key)) for t in step["targets"] for kind, key in t.items()
            ),
            is_round_robin=step.get("mode") == "round_robin",
        )
        for step in data["steps"]
    )
    timeout = data.get("ack_timeout")
    return Policy(
        steps=steps,
        repeat=data["repeat"],
        ack_timeout=timedelta(minutes=timeout) if timeout else None,
        fallback=tuple(Target("user", name) for name in sorted(data.get("fallback", []))),
        fallback_delay=timedelta(minutes=data.get("fallback_delay", 5)),
    )


def reach_of(case):
    def reach(target, at):
        if target.kind == "user":
            names = [target.key]
        elif target.kind == "team":
            names = sorted(target.key)
        else:
            rows = case.get("who", {}).get(target.key, [])
            names = [
                n for row in rows if instant(row["from"]) <= at < instant(row["to"]) for n in sorted(row["users"])
            ]
        return [Reached(name) for name in names if name not in case.get("inactive", [])]

    return reach


def play(case):
    """Run a case minute by minute: events first, then what is due."""
    policy, reach = read_policy(case["policy"]), reach_of(case)
    state = machine.begin(at=instant(case["triggered_at"]))
    log = []
    at = instant(case["triggered_at"])
    while at < instant(case["until"]):
        for event in case.get("events", []):
            if instant(event["at"]) == at:
                state, lines = apply_event(policy, state, event, at)
                log += lines
        state, lines = machine.advance(policy, state, at=at, reach=reach)
        log += lines
        at += timedelta(minutes=1)
    return state, log


def apply_event(policy, state, event, at):
    if event["type"] == "ack":
        return machine.acknowledge(state, at=at, timeout=policy.ack_timeout)
    if event["type"] == "snooze":
        return machine.snooze(state, at=at, until=at + timedelta(minutes=event["minutes"]))
    if event["type"] == "urgency":
        return machine.raise_urgency(state, at=at, timeout=policy.ack_timeout)
    return _VERBS[event["type"]](state, at=at)


def as_case_line(line):
    fields = {"at": f"{line.at:%Y-%m-%dT%H:%MZ}", "event": line.event}
    if line.step is not None:
        fields |= {"step": "fallback" if line.step == FALLBACK else line.step, "loop": line.round}
    if line.reached:
        fields["users"] = [person.user for person in line.reached]
    return fields


class TestWorkedCases:
    @pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
    def test_are_answered_as_written(self, path):
        case = json.loads(path.read_text())

        state, log = play(case["input"])

        assert [as_case_line(line) for line in log] == case["expected"]["log"]
        names = {"ended": "resolved"}
        assert names.get(state.status, state.status) == case["expected"]["state"]


targets = st.lists(st.sampled_from(["ann", "bob", "cy", "nobody"]), min_size=1, max_size=3)
steps = st.builds(
    lambda minutes, names, is_round_robin: Step(
        timedelta(minutes=minutes), tuple(Target("user", name) for name in names), is_round_robin
    ),
    st.integers(1, 30),
    targets,
    st.booleans(),
)
policies = st.builds(
    Policy,
    steps=st.lists(steps, max_size=4).map(tuple),
    repeat=st.integers(0, 3),
    ack_timeout=st.none() | st.integers(1, 60).map(lambda m: timedelta(minutes=m)),
    fallback=st.lists(st.sampled_from(["eve", "nobody"]), max_size=2).map(
        lambda n: tuple(Target("user", x) for x in n)
    ),
    fallback_delay=st.integers(1, 10).map(lambda m: timedelta(minutes=m)),
)
kinds = st.sampled_from(["ack", "unack", "snooze", "escalate", "decline", "urgency"])
events = st.lists(st.tuples(st.integers(0, 400), kinds), max_size=5)


def reach(target, at):
    return [] if target.key == "nobody" else [Reached(target.key)]


def night(policy, happenings):
    """Every log line of a night of 400 minutes, each with the state after it."""
    state = machine.begin(at=START)
    seen = []
    for minute in range(401):
        at = START + timedelta(minutes=minute)
        for when, kind in sorted(happenings):
            if when == minute:
                state, lines = apply_event(policy, state, {"type": kind, "minutes": 30}, at)
                seen += [(line, state) for line in lines]
        state, lines = machine.advance(policy, state, at=at, reach=reach)
        seen += [(line, state) for line in lines]
        assert state.status != machine.TRIGGERED or state.next_at is not None or state.is_exhausted
        assert state.next_at is None or state.next_at > at
    return seen


class TestAnyNight:
    @given(policies, events)
    def test_always_has_something_due_while_triggered(self, policy, happenings):
        """R-E6: while it is triggered, something is due, or it is exhausted."""
        night(policy, happenings)

    @given(policies)
    def test_without_an_answer_reaches_everyone_who_can_be_reached(self, policy):
        log = [line for line, _ in night(replace(policy, repeat=min(policy.repeat, 1)), [])]

        paged = {person.user for line in log for person in line.reached}
        every = {t.key for step in policy.steps if not step.is_round_robin for t in step.targets}
        assert (every | {t.key for t in policy.fallback}) - {"nobody"} <= paged
        assert log[-1].event == "exhausted"

    @given(policies, events)
    def test_pages_nobody_between_an_answer_and_its_end(self, policy, happenings):
        seen = night(policy, happenings)

        quiet, was = False, machine.TRIGGERED
        for line, state in seen:
            if line.event in {"ack", "snooze"}:
                quiet = True
            elif line.event == "urgency":  # an acknowledgement stays quiet (R-E7a)
                quiet = was == machine.ACKNOWLEDGED
            elif line.event in {"unack", "escalate", "decline", "ack_timeout", "snooze_over"}:
                quiet = False
            was = state.status
            assert not (quiet and line.event == "page")

    @given(policies, st.integers(1, 2000))
    def test_a_late_call_fires_one_step_only(self, policy, minutes):
        state = machine.begin(at=START)

        _, log = machine.advance(policy, state, at=START + timedelta(minutes=minutes), reach=reach)

        assert len([line for line in log if line.event == "page" and line.step != FALLBACK]) <= 1


states = st.builds(
    machine.State,
    status=st.sampled_from([machine.TRIGGERED, machine.ACKNOWLEDGED, machine.SNOOZED, machine.ENDED]),
    step=st.integers(0, 4),
    round=st.integers(0, 3),
    round_reached=st.booleans(),
    next_at=st.integers(0, 60).map(lambda m: START + timedelta(minutes=m)),
)


class TestDecline:
    """R-E7a."""

    @given(states)
    def test_fires_the_next_step_now_and_never_begins_again(self, state):
        after, log = machine.decline(state, at=START)

        assert (after.step, after.round, after.round_reached) == (state.step, state.round, state.round_reached)
        if state.status in {machine.TRIGGERED, machine.ACKNOWLEDGED}:
            assert (after.status, after.next_at, [line.event for line in log]) == ("triggered", START, ["decline"])
        else:
            assert (after, log) == (state, [])


class TestRaiseUrgency:
    """R-E7a."""

    @given(policies, states)
    def test_keeps_step_and_round_but_ends_a_snooze(self, policy, state):
        after, log = machine.raise_urgency(state, at=START, timeout=policy.ack_timeout)

        if state.status == machine.SNOOZED:
            assert (after.status, after.step, after.round, after.next_at) == ("triggered", 0, 0, START)
        else:
            assert (after.status, after.step, after.round) == (state.status, state.step, state.round)
        assert bool(log) == (state.status != machine.ENDED)

    @given(policies, states)
    def test_lets_only_the_time_out_of_an_acknowledgement_run_anew(self, policy, state):
        after, _ = machine.raise_urgency(state, at=START, timeout=policy.ack_timeout)

        if state.status == machine.ACKNOWLEDGED:
            assert after.next_at == (START + policy.ack_timeout if policy.ack_timeout else None)
        elif state.status != machine.SNOOZED:
            assert after.next_at == state.next_at

    @given(policies)
    def test_rings_again_once_something_has_fired(self, policy):
        begun = machine.begin(at=START)
        fired, _ = machine.advance(policy, begun, at=START, reach=reach)
        answered, _ = machine.acknowledge(fired, at=START, timeout=policy.ack_timeout)
        again, _ = machine.unacknowledge(answered, at=START)

        assert [machine.has_fired(state) for state in (begun, fired, again)] == [False, True, False]
