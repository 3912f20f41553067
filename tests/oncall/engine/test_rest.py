"""The engine at rest: one query per pass, and each query agrees with the sweep it saves."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oncall.engine import lane as lanes
from oncall.engine.due_times import DueQuery, DueTimes
from oncall.engine.lane import FLOOR_SECONDS, UNCONDITIONAL_SECONDS, Lane
from oncall.engine.pages import RETRY_SECONDS, PagesLane
from oncall.engine.registry import Sweep
from oncall.wake import LANES
from tests import factories as make
from tests.factories import NOON

A_MINUTE = 60
MAX_A_SECOND = 7.5
"""Of all lanes together: three queries, three pulses, and what the rare sweeps come to."""
SOON = timedelta(seconds=0.4)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lanes, "time", SimpleNamespace(monotonic=clock.monotonic, time=time.time))
    monkeypatch.setattr(lanes, "close_old_connections", lambda: None)  # a test's transaction lives on its connection
    return clock


def _engine() -> list[Lane]:
    lanes_of_worker = [PagesLane(worker="test") if name == "pages" else Lane(name, worker="test") for name in LANES]
    for lane in lanes_of_worker:
        lane._prepare()
    return lanes_of_worker


def _rest(engine: list[Lane], clock: Clock, *, seconds: int) -> None:
    for _ in range(seconds):
        clock.seconds += FLOOR_SECONDS
        for lane in engine:
            lane._prepare()
            lane._pass()


@pytest.mark.django_db
class TestCost:
    def test_runs_few_queries_while_nothing_is_due(self, clock: Clock) -> None:
        make.PageFactory()
        # Of this month: reports are summed month by month from the first incident on, which is work that is due.
        recent = timezone.now()
        make.IncidentFactory(impact_started_at=recent, created_at=recent, updated_at=recent)
        engine = _engine()
        _rest(engine, clock, seconds=1)  # the first pass runs every sweep

        with CaptureQueriesContext(connection) as queries:
            _rest(engine, clock, seconds=A_MINUTE)

        assert len(queries) / A_MINUTE <= MAX_A_SECOND

    @pytest.mark.parametrize("name", LANES)
    def test_runs_one_query_when_woken_for_nothing(self, clock: Clock, name: str) -> None:
        engine = [lane for lane in _engine() if lane.lane == name]
        _rest(engine, clock, seconds=1)
        [lane] = engine

        with CaptureQueriesContext(connection) as queries:
            lane._pass()

        assert [query["sql"] for query in queries] == [f"EXECUTE holdfast_due_{name}"]


def _page(**fields: Any) -> None:
    make.PageFactory(accepted_at=None, **fields)


DUE: dict[str, tuple[str, str, Callable[[], Any], datetime]] = {
    "a step": ("pages", "step", lambda: make.EscalationFactory(next_at=NOON), NOON),
    "a page": ("pages", "page", lambda: _page(state="pending", due_at=NOON), NOON),
    "a lease": ("pages", "page", lambda: _page(state="sending", lease_until=NOON), NOON),
    "an alert": ("intake", "route", lambda: make.AlertFactory(route_at=NOON), NOON),
    "news of a page": ("clocks", "signals", lambda: make.PageFactory(relay_at=NOON), NOON),
    "news of a log": ("clocks", "signals", lambda: make.EscalationEntryFactory(relay_at=NOON), NOON),
    "a swap": ("clocks", "swaps", lambda: make.SwapRequestFactory(starts_at=NOON), NOON),
    "an obligation": (
        "clocks",
        "remind",
        lambda: make.ObligationFactory(next_reminder_at=NOON),
        NOON,
    ),
    "a reminder": (
        "clocks",
        "remind",
        lambda: make.ReminderFactory(state="pending", due_at=NOON, accepted_at=None),
        NOON,
    ),
    "maintenance": ("clocks", "maintenance", lambda: make.MaintenanceFactory(turn_at=NOON), NOON),
}


def _moments(name: str) -> dict[str, datetime | None]:
    lane = PagesLane(worker="test") if name == "pages" else Lane(name, worker="test")
    question = DueQuery(name, lane.moments())
    question.prepare()
    return dict(question.run().moments)


@pytest.mark.django_db
class TestMoments:
    @pytest.mark.parametrize("what", DUE)
    def test_name_the_row_that_waits(self, what: str) -> None:
        lane, sweep, make_row, moment = DUE[what]
        nothing = _moments(lane)[sweep]

        make_row()

        assert nothing is None
        assert _moments(lane)[sweep] == moment

    def test_leave_notices_to_celery_for_five_seconds(self) -> None:
        person = make.UserFactory()
        person.notices.create(
            key="a", channel="email", address=person.email, title="Yours", url="/", due_at=NOON, created_at=NOON
        )

        assert _moments("clocks")["notices"] == NOON + timedelta(seconds=5)

    def test_take_the_nearest(self) -> None:
        for minutes in (3, 1, 2):
            make.AlertFactory(route_at=NOON + timedelta(minutes=minutes))

        assert _moments("intake")["route"] == NOON + timedelta(minutes=1)

    @pytest.mark.parametrize("name", LANES)
    def test_are_asked_together_with_the_database_s_clock(self, name: str) -> None:
        late, never = "SELECT clock_timestamp() - interval '1 s'", "SELECT NULL::timestamptz"
        question = DueQuery(name, {"late": late, "never": never})
        question.prepare()

        due = question.run()

        assert (due.is_due("late"), due.is_due("never"), due.is_due("unknown")) == (True, False, True)


class TestWaiting:
    @pytest.mark.parametrize(
        ("waits", "expected"),
        [([], FLOOR_SECONDS), ([0.3, 0.2], 0.2), ([-5.0], FLOOR_SECONDS), ([-5.0, 0.4], 0.4), ([90.0], FLOOR_SECONDS)],
    )
    def test_until_the_nearest_moment_to_come(self, waits: list[float], expected: float) -> None:
        moments = {str(wait): NOON + timedelta(seconds=wait) for wait in waits}

        assert DueTimes(NOON, {"none": None, **moments}).seconds_to_next(limit=FLOOR_SECONDS) == pytest.approx(
            expected
        )

    def test_never_so_short_that_it_spins(self) -> None:
        due = DueTimes(NOON, {"x": NOON + timedelta(microseconds=1)})

        assert Lane("clocks", worker="test").next_due(due) >= 0.01

    @pytest.mark.django_db
    def test_looks_again_soon_for_a_page_that_another_engine_holds(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _page(state="pending", due_at=timezone.now() - timedelta(hours=1))
        [lane] = [lane for lane in _engine() if lane.lane == "pages"]
        monkeypatch.setattr("oncall.paging.claim_jobs", lambda **_: [])

        assert lane._pass() <= RETRY_SECONDS


class TestSweep:
    """One sweep in a lane whose question is given."""

    @pytest.fixture
    def ran(self, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
        ran: list[datetime] = []

        def run(*, at: datetime) -> int:
            ran.append(at)
            return 0

        monkeypatch.setattr(lanes, "sweeps_of", lambda lane: [Sweep("x", run, due="SELECT NULL::timestamptz")])
        return ran

    def _work(self, lane: Lane, moment: datetime | None) -> None:
        lane.work(DueTimes(NOON, {"x": moment}))

    def test_runs_first_whatever_the_query_says(self, clock: Clock, ran: list[datetime]) -> None:
        self._work(Lane("clocks", worker="test"), None)

        assert ran == [NOON]

    @pytest.mark.parametrize(("moment", "runs"), [(None, 0), (NOON + SOON, 0), (NOON, 1), (NOON - SOON, 1)])
    def test_runs_when_its_moment_has_come(
        self, clock: Clock, ran: list[datetime], moment: datetime | None, runs: int
    ) -> None:
        lane = Lane("clocks", worker="test")
        self._work(lane, None)
        ran.clear()
        clock.seconds += FLOOR_SECONDS

        self._work(lane, moment)

        assert len(ran) == runs

    def test_runs_once_a_minute_unasked(self, clock: Clock, ran: list[datetime]) -> None:
        lane = Lane("clocks", worker="test")
        for _ in range(int(3 * UNCONDITIONAL_SECONDS)):
            self._work(lane, None)
            clock.seconds += FLOOR_SECONDS

        assert len(ran) == 3
