"""The watchdog: what it finds, when it shouts, and when the heart beats."""

from datetime import timedelta

import pytest

from oncall import watch, watchdog
from oncall.watchdog import Finding
from tests import factories
from tests.factories import NOON

STALE = Finding("engine_stale", "The engine last swept 40 seconds ago.", 1)
LATE = Finding("page_overdue", "3 pages are late.", 3)


class TestJudge:
    def test_beats_once_a_minute_while_all_is_well(self):
        state = watch.Watch()

        deeds = [state.judge([], at=NOON + timedelta(seconds=5 * n)) for n in range(13)]

        assert [n for n, deed in enumerate(deeds) if deed == ["beat"]] == [0, 12]

    def test_waits_for_a_second_look_then_shouts_and_stops_the_heart(self):
        state = watch.Watch()

        assert state.judge([STALE], at=NOON) == []
        assert state.judge([STALE], at=NOON + timedelta(seconds=5)) == ["shout"]
        assert state.judge([STALE], at=NOON + timedelta(seconds=65)) == []
        assert state.judge([STALE], at=NOON + timedelta(seconds=306)) == ["shout"]

    def test_shouts_at_once_about_something_new(self):
        state = watch.Watch()
        state.judge([STALE], at=NOON)
        state.judge([STALE], at=NOON + timedelta(seconds=5))

        assert state.judge([STALE, LATE], at=NOON + timedelta(seconds=10)) == ["shout"]

    def test_gives_the_all_clear_only_if_it_had_shouted(self):
        state = watch.Watch(beaten_at=NOON)
        state.judge([STALE], at=NOON)

        assert state.judge([], at=NOON + timedelta(seconds=5)) == []
        state.judge([STALE], at=NOON)
        state.judge([STALE], at=NOON)
        assert "all clear" in state.judge([], at=NOON + timedelta(seconds=9))


@pytest.mark.django_db
class TestAudit:
    def codes(self):
        return {finding.code for finding in watchdog.audit(at=NOON)}

    def test_finds_nothing_when_every_promise_holds(self):
        factories.EngineLaneFactory()
        factories.EscalationFactory()
        factories.PageFactory()

        assert self.codes() == set()

    def test_finds_an_engine_that_has_stopped(self):
        assert self.codes() == {"engine_stale"}

        factories.EngineLaneFactory(swept_at=NOON - timedelta(seconds=31))

        assert self.codes() == {"engine_stale"}

    @pytest.mark.parametrize(
        ("code", "make"),
        [
            ("escalation_overdue", lambda: factories.EscalationFactory(next_at=NOON - timedelta(seconds=11))),
            ("page_overdue", lambda: factories.PageFactory(state="pending", due_at=NOON - timedelta(seconds=31))),
            (
                "lease_expired",
                lambda: factories.PageFactory(state="sending", attempts=2, lease_until=NOON - timedelta(seconds=9)),
            ),
            ("dead_letters", lambda: factories.PageFactory(state="dead", ended_at=NOON)),
            ("alert_unrouted", lambda: factories.AlertFactory(route_at=NOON - timedelta(seconds=31))),
        ],
    )
    def test_finds(self, code, make):
        factories.EngineLaneFactory()
        make()

        assert self.codes() == {code}

    def test_asks_a_constant_number_of_questions(self, django_assert_max_num_queries):
        for _ in range(10):
            factories.PageFactory(state="dead", ended_at=NOON)

        with django_assert_max_num_queries(8):
            watchdog.audit(at=NOON)
