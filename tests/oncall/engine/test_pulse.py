"""A lane's row: it says when the lane ended, and what troubled it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from oncall.engine import pulse
from oncall.engine.lane import Lane
from oncall.models import EngineLane, EngineSchema
from tests import factories as make
from tests.factories import NOON
from tests.faults.site import wait_for


@pytest.fixture
def lane(transactional_db: None) -> Iterator[Lane]:
    EngineSchema.objects.get_or_create(pk=1, defaults={"version": 1})
    one = Lane("clocks", worker="here")
    yield one
    one.stop()
    one.join(10)


def row() -> EngineLane | None:
    return EngineLane.objects.filter(worker="here").first()


class TestPulse:
    def test_says_when_the_lane_ended_as_told(self, lane: Lane) -> None:
        lane.start()
        wait_for("a pulse", row, limit=10)

        lane.stop()
        lane.join(10)

        found = row()
        assert found is not None
        assert found.stopped_at is not None

    def test_names_what_troubled_it(self, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(at: object) -> int:
            raise ValueError("no such schedule")

        monkeypatch.setattr(lane, "work", fail)
        lane.start()

        def trouble() -> str:
            found = row()
            return found.last_error if found else ""

        wait_for("the trouble is told", trouble, limit=15)
        assert trouble() == "ValueError: no such schedule"


@pytest.mark.django_db
class TestForgetOld:
    @pytest.mark.parametrize(("hours", "is_kept"), [(23, True), (25, False)])
    def test_keeps_a_lane_that_vanished_for_a_day(self, hours: int, is_kept: bool) -> None:
        make.EngineLaneFactory(swept_at=NOON - timedelta(hours=hours))

        pulse.forget_old(at=NOON)

        assert EngineLane.objects.exists() is is_kept

    @pytest.mark.parametrize(("minutes", "is_kept"), [(9, True), (11, False)])
    def test_keeps_one_that_ended_for_ten_minutes(self, minutes: int, is_kept: bool) -> None:
        make.EngineLaneFactory(stopped_at=NOON - timedelta(minutes=minutes))

        pulse.forget_old(at=NOON)

        assert EngineLane.objects.exists() is is_kept
