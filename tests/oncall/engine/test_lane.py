"""Lanes survive the loss of their connection, and react to every wake."""

import time
from collections.abc import Iterator
from unittest import mock

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from oncall.engine import lane as lanes
from oncall.engine.due_times import DueTimes
from oncall.engine.lane import Lane
from oncall.engine.registry import Sweep
from oncall.models import EngineSchema
from tests.faults.site import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


class CountingLane(Lane):
    """Counts its passes and remembers its backend."""

    def __init__(self) -> None:
        super().__init__("clocks", worker="test")
        self.passes = 0
        self.backend = 0

    def work(self, due: DueTimes) -> int:
        self.passes += 1
        self.backend = connection.connection.info.backend_pid
        return 0


@pytest.fixture
def lane() -> Iterator[CountingLane]:
    # Tests that commit leave the tables empty, this one row of the migrations included.
    EngineSchema.objects.get_or_create(pk=1, defaults={"version": lanes.SCHEMA_VERSION})
    lane = CountingLane()
    yield lane
    lane.stop()
    if lane.is_alive():
        lane.join(10)


def _elsewhere(statement: str) -> None:
    """Run a statement over another connection."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(statement.encode())


class TestLane:
    def test_continues_after_its_connection_was_cut_while_waiting(self, lane: CountingLane) -> None:
        lane.start()
        wait_for("a first pass", lambda: lane.passes, limit=60)
        cut = lane.backend

        _elsewhere(f"SELECT pg_terminate_backend({cut})")

        wait_for("a pass on another connection", lambda: lane.backend != cut, limit=60)
        assert lane.is_alive()

    def test_continues_after_an_error_while_waiting(self, lane: CountingLane) -> None:
        with mock.patch("selectors.DefaultSelector", side_effect=OSError("no more files")):
            lane.start()
            wait_for("passes in spite of it", lambda: lane.passes > 2, limit=60)

        assert lane.is_alive()

    def test_notices_a_wake_that_came_during_a_query(self, lane: CountingLane) -> None:
        lane._prepare()
        _elsewhere("NOTIFY holdfast_clocks")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # takes the notification off the socket

        began = time.monotonic()
        lane._wait(60)

        assert time.monotonic() - began < 30


class TestSweeps:
    def test_that_fail_every_time_do_not_take_the_later_ones_with_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Paging rule 15: one error ends that sweep, not its lane."""
        ran: list[str] = []

        def fail(*, at: object) -> int:
            ran.append("bad")
            raise KeyError("a row that cannot be read")

        def work(*, at: object) -> int:
            ran.append("good")
            return 0

        sweeps = [Sweep("bad", fail), Sweep("good", work)]
        monkeypatch.setattr(lanes, "sweeps_of", lambda name: sweeps)
        lane = Lane("clocks", worker="test")

        lane.work(DueTimes(timezone.now(), {}))

        assert ran == ["bad", "good"]
        assert "a row that cannot be read" in lane._trouble
