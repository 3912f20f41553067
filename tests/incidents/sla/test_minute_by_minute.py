"""The clock that visits every minute agrees with the worked cases, and with itself at random."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents.sla.minute_by_minute import evaluate
from tests.incidents.sla.opening_minutes import to_minute, to_text
from tests.incidents.sla.random_cases import cases

CASES = sorted((Path(__file__).parents[2] / "cases" / "sla").glob("*.json"))
FEW = settings(max_examples=6)


def learned_by(events, as_of):
    """The events without anything that became known after `as_of`."""
    return [
        {
            name: value
            for name, value in event.items()
            if not (name == "withdrawn_at" and to_minute(value) > to_minute(as_of))
        }
        for event in events
        if to_minute(event.get("recorded_at", event["at"])) <= to_minute(as_of)
    ]


def breaches(answer):
    return {
        (clock["kind"], clock["metric"], clock["team"], clock["cycle"]): clock["breached_at"]
        for clock in answer["clocks"]
    }


def test_there_are_many_cases():
    assert len(CASES) >= 55


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_agrees_with_the_worked_case(path):
    case = json.loads(path.read_text())

    assert evaluate(case["input"]) == case["expected"]


class TestAtRandom:
    @FEW
    @given(case=cases())
    def test_keeps_the_arithmetic_of_a_clock(self, case):
        for clock in evaluate(json.loads(json.dumps(case)))["clocks"]:
            is_ended = clock["state"] in {"met", "breached", "cancelled"}

            assert clock["elapsed_minutes"] + clock["remaining_minutes"] == clock["goal_minutes"]
            assert (clock["stopped_at"] is not None) is is_ended
            assert (clock["within_calendar_hours"] is None) is is_ended
            assert bool(clock["paused_by"]) is (clock["state"] == "paused")
            assert clock["started_at"] <= (clock["stopped_at"] or case["as_of"]) <= case["as_of"]
            if clock["breached_at"]:
                assert clock["breached_at"] <= clock["breach_recorded_at"] <= case["as_of"]

    @FEW
    @given(case=cases())
    def test_is_not_changed_by_what_becomes_known_later(self, case):
        assert evaluate(case) == evaluate(case | {"events": learned_by(case["events"], case["as_of"])})

    @FEW
    @given(case=cases(), minutes=st.integers(1, 3000))
    def test_never_takes_a_breach_back(self, case, minutes):
        before = breaches(evaluate(case))
        after = breaches(evaluate(case | {"as_of": to_text(to_minute(case["as_of"]) + minutes)}))

        assert {key: at for key, at in before.items() if at and key in after and after[key] != at} == {}
