"""The clocks of one ticket now, and at an earlier moment as it was known then (K-32 to K-44)."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import SlaBreach, Ticket
from incidents.sla import loading, storage
from incidents.sla.reading import ClockView, CycleView, read_clocks
from incidents.sla.replay import replay
from oncall.calendars.opening_hours import minute_of
from tests import factories as make
from tests.incidents.sla.histories import credit, hold, later, opened, tell

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock in Berlin, where the office is open from nine to five."""


def target(**fields: Any) -> Any:
    fields = {"effective_from": MONDAY - timedelta(days=30), "goal_minutes": 60, **fields}
    return make.SlaTargetVersionFactory(**fields)


def clocks(ticket: Ticket, as_of: datetime, now: datetime | None = None) -> list[ClockView]:
    return read_clocks(ticket=ticket, as_of=as_of, now=now or as_of)


def cycle(ticket: Ticket, as_of: datetime, now: datetime | None = None) -> CycleView:
    return clocks(ticket, as_of, now)[0].current


class TestRunning:
    def test_says_what_is_left_and_when_it_is_due(self) -> None:
        version = target()
        view = clocks(opened(MONDAY), later(MONDAY, minutes=20))[0]

        now = view.current
        assert (view.kind, view.metric, view.team, view.target) == ("sla", "restore", None, version.target)
        assert (now.state, now.elapsed_minutes, now.remaining_minutes, now.percent) == ("running", 20, 40, 33)
        assert (now.started_at, now.due_at, now.stopped_at) == (MONDAY, later(MONDAY, minutes=60), None)
        assert (now.breached, now.paused, now.within_calendar_hours, view.times_incomplete) == (
            False, False, True, False,
        )  # fmt: skip

    def test_says_when_a_closed_calendar_opens(self) -> None:
        hours = make.CalendarVersionFactory()
        target(calendar=hours.calendar)
        evening = later(MONDAY, hours=10)

        now = cycle(opened(evening), later(evening, minutes=30))

        assert (now.within_calendar_hours, now.elapsed_minutes) == (False, 0)
        assert now.opens_at == datetime(2026, 3, 3, 8, tzinfo=UTC)
        assert now.due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)

    def test_does_not_exist_before_the_ticket(self) -> None:
        target()

        assert clocks(opened(MONDAY), later(MONDAY, minutes=-1)) == []

    def test_of_two_teams_are_two_clocks(self) -> None:
        target(target__kind="ola", target__metric="acknowledge")
        ticket, other = opened(MONDAY), make.TeamFactory(name="A team")
        tell(ticket, later(MONDAY, minutes=10), "change", fields={"team": other.pk})

        views = clocks(ticket, later(MONDAY, minutes=30))

        assert [(view.team, view.current.state, view.current.elapsed_minutes) for view in views] == [
            (other, "running", 20), (ticket.team, "paused", 10),
        ]  # fmt: skip
        assert views[1].current.paused_reasons == ["team"]


class TestPaused:
    def test_says_why_and_since_when(self) -> None:
        target(pause_reasons=["requester"])
        ticket = opened(MONDAY)
        hold(ticket, later(MONDAY, minutes=10), "requester")

        now = cycle(ticket, later(MONDAY, minutes=30))

        assert (now.state, now.paused_reasons, now.elapsed_minutes) == ("paused", ["requester"], 10)
        assert (now.paused_since, now.due_at, now.ignored_reasons) == (later(MONDAY, minutes=10), None, [])

    def test_names_the_hold_that_it_does_not_accept(self) -> None:
        target(pause_reasons=["requester"])
        ticket = opened(MONDAY)
        hold(ticket, later(MONDAY, minutes=10), "supplier")

        now = cycle(ticket, later(MONDAY, minutes=30))

        assert (now.state, now.ignored_reasons, now.is_major) == ("running", ["supplier"], False)

    def test_never_pauses_for_a_major_incident(self) -> None:
        target(pause_reasons=["requester"])
        ticket = opened(MONDAY, major=True)
        hold(ticket, later(MONDAY, minutes=10), "requester")

        now = cycle(ticket, later(MONDAY, minutes=30))

        assert (now.state, now.ignored_reasons, now.is_major) == ("running", ["requester"], True)


class TestBreach:
    def test_is_none_while_its_minute_is_not_over(self) -> None:
        target()
        ticket = opened(MONDAY)
        due = later(MONDAY, minutes=60)

        assert not cycle(ticket, later(due, seconds=30)).breached
        assert not cycle(ticket, later(due, seconds=61)).breached
        assert cycle(ticket, later(due, seconds=63)).breached_at == due

    def test_is_the_recorded_one(self) -> None:
        target()
        ticket = opened(MONDAY)
        swept = later(MONDAY, hours=3)
        storage.refresh(ticket_ids=[ticket.pk], at=swept)

        before, after = cycle(ticket, later(swept, minutes=-5), swept), cycle(ticket, swept)

        assert (before.breached, before.breach_recorded_at, len(before.warnings)) == (True, None, 0)
        assert (after.state, after.breached_at, after.breach_recorded_at, after.breach_holds) == (
            "running", later(MONDAY, minutes=60), swept, True,
        )  # fmt: skip
        assert (after.remaining_minutes, after.percent) == (-120, 300)
        assert [warning.percent for warning in after.warnings] == [100]

    def test_stays_when_the_history_no_longer_shows_it(self) -> None:
        target()
        ticket = opened(MONDAY)
        storage.refresh(ticket_ids=[ticket.pk], at=later(MONDAY, hours=3))
        credit(ticket, later(MONDAY, hours=4), MONDAY, later(MONDAY, hours=3.5))

        now = cycle(ticket, later(MONDAY, hours=4))
        then = cycle(ticket, later(MONDAY, hours=3, minutes=30), later(MONDAY, hours=4))

        assert (now.breached, now.breach_holds) == (True, False)
        assert (then.breached, then.breach_holds, then.elapsed_minutes) == (True, True, 210)

    def test_shows_its_waiver_as_it_stood_then(self) -> None:
        target()
        ticket = opened(MONDAY)
        swept = later(MONDAY, hours=3)
        storage.refresh(ticket_ids=[ticket.pk], at=swept)
        boss = make.UserFactory()
        make.SlaWaiverFactory(
            breach=SlaBreach.objects.get(), status="approved", requested_at=later(swept, hours=1), decided_by=boss,
            decided_at=later(swept, hours=2),
        )  # fmt: skip

        def waiver(hours: float) -> Any:
            return cycle(ticket, later(swept, hours=hours), later(swept, hours=3)).waiver

        assert waiver(0.5) is None
        assert (waiver(1.5).status, waiver(1.5).decided_by) == ("asked", None)
        assert (waiver(2.5).status, waiver(2.5).decided_by) == ("approved", boss)

    def test_without_a_clock_is_shown_alone(self) -> None:
        version = target(conditions={"priority": [1]})
        ticket = opened(MONDAY)
        make.SlaBreachFactory(ticket=ticket, version=version, breached_at=MONDAY, recorded_at=MONDAY)

        alone = cycle(ticket, later(MONDAY, hours=1))

        assert (alone.state, alone.started_at, alone.breach_holds) == ("breached", None, False)


class TestPast:
    def test_is_told_by_what_was_known_then(self) -> None:
        target()
        ticket = opened(MONDAY)
        tell(ticket, later(MONDAY, minutes=20), "restored", recorded_at=later(MONDAY, minutes=50))
        now = later(MONDAY, hours=2)

        assert cycle(ticket, later(MONDAY, minutes=40), now).state == "running"
        assert cycle(ticket, later(MONDAY, minutes=55), now).state == "met"

    def test_knows_no_target_that_was_written_later(self) -> None:
        target(effective_from=later(MONDAY, hours=1), created_at=later(MONDAY, hours=1))
        ticket = opened(MONDAY)

        assert clocks(ticket, later(MONDAY, minutes=40), later(MONDAY, hours=2)) == []
        assert len(clocks(ticket, later(MONDAY, hours=2))) == 1


class TestOtherSystem:
    def test_keeps_the_clock_of_the_other_system(self) -> None:
        version = target()
        ticket = opened(MONDAY)
        make.SlaCycleFactory(
            ticket=ticket, kind="sla", metric="restore", version=None, state="breached", source="ServiceNow",
            started_at=MONDAY, stopped_at=later(MONDAY, hours=2), breached_at=later(MONDAY, hours=1), service=None,
            owner=None, is_kept=False,
        )  # fmt: skip

        view = clocks(ticket, later(MONDAY, hours=5))[0]

        assert version.target.metric == view.metric
        assert (view.source, view.target, view.current.state, view.current.breached_at) == (
            "ServiceNow", None, "breached", later(MONDAY, hours=1),
        )  # fmt: skip

    def test_says_that_times_are_incomplete(self) -> None:
        target()
        old = make.IncidentFactory(created_at=MONDAY, impact_started_at=MONDAY)

        view = clocks(Ticket.objects.get(pk=old.pk), later(MONDAY, minutes=20))[0]

        assert view.times_incomplete


class TestCost:
    def test_is_the_same_for_a_long_history(self) -> None:
        for metric in ("restore", "prevent", "acknowledge"):
            target(target__metric=metric, pause_reasons=["requester"])
        ticket, now = opened(MONDAY), later(MONDAY, hours=5)
        short = self.count(ticket, now)
        _fill(ticket)

        assert self.count(ticket, now) == short
        assert short <= 9

    def test_of_forty_events_is_below_five_milliseconds(self) -> None:
        hours = make.CalendarVersionFactory()
        for metric in ("restore", "prevent"):
            target(target__metric=metric, pause_reasons=["requester"], calendar=hours.calendar)
        ticket, now = opened(MONDAY), later(MONDAY, hours=5)
        _fill(ticket)
        definitions, events = loading.load_definitions(), loading.load_events([ticket.pk])[ticket.pk].events
        assert len(events) == 41
        replay(events, definitions, as_of=minute_of(now))

        started = time.process_time()
        for _ in range(20):
            replay(events, definitions, as_of=minute_of(now))

        assert (time.process_time() - started) / 20 < 0.005

    @staticmethod
    def count(ticket: Ticket, now: datetime) -> int:
        clocks(ticket, now)
        with CaptureQueriesContext(connection) as queries:
            clocks(ticket, now)
        return len(queries)


def _fill(ticket: Ticket) -> None:
    for number in range(20):
        hold(ticket, later(MONDAY, minutes=10 * number + 2), "requester")
        tell(ticket, later(MONDAY, minutes=10 * number + 7), "unhold", hold="hold")
