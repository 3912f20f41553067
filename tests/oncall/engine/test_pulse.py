"""A lane's row: it shows when the lane ended, and its last error."""

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
    lane = Lane("clocks", worker="here")
    yield lane
    lane.stop()
    lane.join(10)


def row() -> EngineLane | None:
    return EngineLane.objects.filter(worker="here").first()


class TestPulse:
    def test_shows_when_the_lane_ended(self, lane: Lane) -> None:
        lane.start()
        wait_for("a pulse", row, limit=10)

        lane.stop()
        lane.join(10)

        stopped = row()
        assert stopped is not None
        assert stopped.stopped_at is not None

    def test_shows_the_last_error(self, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(at: object) -> int:
            raise ValueError("no such schedule")

        monkeypatch.setattr(lane, "work", fail)
        lane.start()

        def last_error() -> str:
            pulse_row = row()
            return pulse_row.last_error if pulse_row else ""

        wait_for("the error is stored", last_error, limit=15)
        assert last_error() == "ValueError: no such schedule"


@pytest.mark.django_db
class TestForgetOld:
    @pytest.mark.parametrize(("hours", "is_kept"), [(23, True), (25, False)])
    def test_keeps_a_lane_that_vanished_for_a_day(self, hours: int, is_kept: bool) -> None:
        make.EngineLaneFactory(swept_at=NOON - timedelta(hours=hours))

        pulse.forget_old(at=NOON)

        assert EngineLane.objects.exists() is is_kept

    @pytest.mark.parametrize(("minutes", "is_kept"), [(9, True), (11, False)])
    def test_keeps_an_ended_lane_for_ten_minutes(self, minutes: int, is_kept: bool) -> None:
        make.EngineLaneFactory(stopped_at=NOON - timedelta(minutes=minutes))

        pulse.forget_old(at=NOON)

        assert EngineLane.objects.exists() is is_kept
