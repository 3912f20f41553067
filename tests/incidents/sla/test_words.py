"""Promises in words: minutes and hours, and a color that comes from the target's own warnings (K-4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.sla import words
from incidents.sla.reading import ClockView, CycleView
from incidents.sla.requester_text import requester_text

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class TestLeft:
    @pytest.mark.parametrize(
        ("minutes", "is_round_the_clock", "text"),
        [
            (0, True, "0 min"),
            (12, True, "12 min"),
            (-4, True, "4 min"),
            (220, True, "3 h 40 min"),
            (120, True, "2 h"),
            (2 * 1440 + 5, True, "48 h"),
            (12, False, "12 working min"),
            (320, False, "5 working h 20 min"),
        ],
    )
    def test_is_hours_and_minutes_and_never_days(self, minutes: int, is_round_the_clock: bool, text: str) -> None:
        assert words.left_text(minutes, is_round_the_clock=is_round_the_clock) == text


class TestUrgency:
    @pytest.mark.parametrize(
        ("percent", "warnings", "looks"),
        [
            (49, [50, 75, 100], "running"),
            (50, [50, 75, 100], "soon"),
            (75, [50, 75, 100], "urgent"),
            (99, [75, 100], "soon"),
            (99, [], "running"),
        ],
    )
    def test_follows_the_warnings_of_the_target(self, percent: int, warnings: list[int], looks: str) -> None:
        assert words.urgency(percent, warnings) == looks


class TestRequesterText:
    @staticmethod
    def text(*, kind: str = "sla", metric: str = "restore", zone: str | None = "Europe/Berlin", **cycle: Any) -> str:
        fields = {"state": "running", "due_at": AT + timedelta(days=1, hours=3), **cycle}
        view = CycleView(number=1, goal_minutes=60, version=None, **fields)
        return requester_text([ClockView(kind, metric, None, [view], False)], at=AT, zone=zone)

    def test_says_by_when_on_their_own_clock(self) -> None:
        assert self.text() == "We aim to have this solved by Tue 13:00 your time."
        assert self.text(zone="Asia/Tokyo") == "We aim to have this solved by Tue 21:00 your time."

    def test_names_no_time_while_it_stands_still(self) -> None:
        paused: dict[str, Any] = {"state": "paused", "due_at": None}

        assert self.text(paused_reasons=["requester"], **paused) == "Waiting for your answer; the time stands still."
        assert self.text(paused_reasons=["change"], **paused) == "The time stands still until we can go on."

    def test_is_honest_about_a_broken_promise(self) -> None:
        due = AT - timedelta(hours=1)

        assert self.text(due_at=due, breached_at=due) == (
            "We aimed to have this solved by Mon 09:00 your time. It takes longer, and we are still on it."
        )

    def test_is_empty_without_a_promise_to_customers(self) -> None:
        assert self.text(kind="underpinning") == ""
        assert self.text(metric="acknowledge") == ""
        assert self.text(state="met") == ""
