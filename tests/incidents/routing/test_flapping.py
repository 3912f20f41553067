"""Trouble that comes back soon continues its incident: it rings once more, then the incident waits for quiet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from incidents import response
from incidents.models import Alert, AlertStatus, Integration, Service, Severity, Ticket, TicketStatus
from incidents.routing import flapping, restore_quiet, route_due, sweep
from oncall import escalation
from oncall.engine.registry import sweeps_of
from oncall.models import Escalation, EscalationState, Page, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
WINDOW = timedelta(minutes=10)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _long_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PASS_SECONDS", 60.0)


@pytest.fixture
def ana() -> User:
    return make.person_with_phone("Ana")


@pytest.fixture
def integration(ana: User) -> Integration:
    severities = [make.SeverityFactory(rank=rank, needs_prevention=True) for rank in (1, 2, 3, 4, 5)]
    policy = make.policy(ana)
    service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
    return make.IntegrationFactory(kind="alertmanager", service=service, default_severity=severities[2])


@pytest.fixture
def fire(integration: Integration) -> Callable[..., Alert]:
    def fire(seconds: float, key: str = "web1", **fields: Any) -> Alert:
        at = after(seconds)
        times = {"started_at": at, "opened_at": at, "last_event_at": at, "route_at": at}
        alert = make.AlertFactory(
            integration=integration, dedup_key=key, title=f"{key} is down",
            **{"group_key": "g", "severity_word": "critical", **times, **fields},
        )  # fmt: skip
        route_due(at=at)
        escalation.fire_due(at=at)
        alert.refresh_from_db()
        return alert

    return fire


def clear(alert: Alert, seconds: float) -> None:
    """Its sender says that it is over."""
    at = after(seconds)
    Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.CLOSED, closed_at=at, route_at=at)
    route_due(at=at)
    escalation.fire_due(at=at)
    alert.refresh_from_db()


@pytest.fixture
def returned(fire: Any) -> Alert:
    """An alert that was gone for 4 s, and is open again since 8 s after noon."""
    clear(fire(0), 4)
    return fire(8)


@pytest.fixture
def waiting(returned: Alert) -> Ticket:
    """An incident whose alert has gone again, 12 s after noon."""
    clear(returned, 12)
    return Ticket.objects.get()


def texts() -> list[str]:
    return list(Ticket.objects.get().timeline.order_by("pk").values_list("text", flat=True))


class TestFiveCyclesOfFourSeconds:
    """Case 20 of the bugs found by hand."""

    @pytest.fixture(autouse=True)
    def _cycles(self, fire: Any) -> None:
        for start in range(0, 40, 8):
            clear(fire(start), start + 4)

    def test_are_one_incident_and_at_most_two_pages(self) -> None:
        assert Ticket.objects.get().reopened_at == after(8)
        assert Page.objects.filter(due_at__lte=after(40)).count() == 2
        assert Escalation.objects.running().count() == 1

    def test_end_when_it_has_been_quiet_and_count_to_the_last_end(self) -> None:
        assert restore_quiet(at=after(36) + WINDOW - timedelta(seconds=1)) == 0
        assert Ticket.objects.get().is_open

        assert restore_quiet(at=after(36) + WINDOW) == 1

        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.restored_at, ticket.restore_due_at) == (TicketStatus.RESTORED, after(36), None)
        assert "Service restored. Its alerts have stayed closed." in texts()
        assert not Escalation.objects.running().exists()


class TestReturn:
    def test_continues_the_incident_and_says_so(self, returned: Alert) -> None:
        ticket = Ticket.objects.get()

        assert (ticket.is_open, ticket.returned_at, ticket.restored_at) == (True, after(8), None)
        assert "Reopened. The alert came back 4 s after it had closed: the incident goes on." in texts()
        assert returned.explanation == (
            f"Joined {ticket.reference}: it came back 4 s after it had closed, so the incident goes on."
        )

    def test_is_open_and_not_acknowledged_until_a_person_answers(self, returned: Alert, ana: User) -> None:
        assert returned.status == AlertStatus.OPEN

        response.acknowledge(ticket_id=Ticket.objects.get().pk, actor=ana, at=after(20))

        assert Escalation.objects.running().get().state == EscalationState.ACKNOWLEDGED

    def test_that_its_sender_acknowledged_is_answered(self, fire: Any) -> None:
        clear(fire(0), 4)

        fire(8, status=AlertStatus.ACKNOWLEDGED)

        assert Escalation.objects.running().get().state == EscalationState.ACKNOWLEDGED

    def test_continues_what_people_restored(self, fire: Any, ana: User) -> None:
        fire(0)
        response.restore(ticket_id=Ticket.objects.get().pk, actor=ana, at=after(30))

        fire(90)

        ticket = Ticket.objects.get()
        assert (ticket.is_open, ticket.reopened_at) == (True, after(90))
        assert "Reopened. The alert came back 1 min after it had closed: the incident goes on." in texts()

    def test_continues_an_incident_that_needed_no_prevention(self, fire: Any) -> None:
        Severity.objects.update(needs_prevention=False)
        clear(fire(0), 4)
        assert Ticket.objects.get().status == TicketStatus.RESOLVED

        fire(8)

        assert Ticket.objects.get().is_open

    def test_that_is_worse_raises_the_severity(self, fire: Any) -> None:
        clear(fire(0), 4)

        fire(8, severity_word="P1")

        assert Ticket.objects.get().severity.rank == 1

    @pytest.mark.parametrize(("minutes", "seconds", "count"), [(10, 599, 1), (10, 600, 2), (1, 61, 2), (60, 3599, 1)])
    def test_counts_within_the_window_of_the_service(self, fire: Any, minutes: int, seconds: int, count: int) -> None:
        Service.objects.update(flapping_minutes=minutes)
        clear(fire(0), 4)

        fire(4 + seconds)

        assert Ticket.objects.count() == count

    def test_opens_another_incident_without_a_window(self, fire: Any) -> None:
        Service.objects.update(flapping_minutes=0)
        clear(fire(0), 4)

        clear(fire(5), 6)

        assert Ticket.objects.filter(status=TicketStatus.RESTORED).count() == 2

    def test_opens_another_incident_once_people_closed_it(self, fire: Any, ana: User) -> None:
        fire(0)
        response.close(ticket_id=Ticket.objects.get().pk, code="cancelled", actor=ana, at=after(1))

        fire(2)

        assert Ticket.objects.count() == 2

    def test_of_another_group_opens_its_own_incident(self, fire: Any) -> None:
        clear(fire(0), 4)

        fire(8, group_key="another")

        assert Ticket.objects.count() == 2

    def test_prefers_an_incident_that_is_open(self, fire: Any, ana: User) -> None:
        first = fire(0)
        Service.objects.update(flapping_minutes=0)
        clear(first, 4)
        clear(fire(5, key="web2"), 6)
        Service.objects.update(flapping_minutes=10)
        older = Ticket.objects.earliest("pk")
        response.reopen(ticket_id=older.pk, reason="", actor=ana, at=after(7))

        assert fire(8, key="web3").ticket == older


class TestWaitingForQuiet:
    def test_keeps_the_escalation_running(self, waiting: Ticket, returned: Alert) -> None:
        assert (waiting.restore_due_at, waiting.is_open) == (after(12) + WINDOW, True)
        assert Escalation.objects.running().get().state == EscalationState.TRIGGERED
        assert texts()[-1] == (
            "All alerts have closed. It has come back before,"
            f" so it is restored at {flapping._clock_text(after(12) + WINDOW, waiting.team)} if it stays quiet."
        )
        assert returned.explanation.endswith(
            f"Closed by the sender; {waiting.reference} is restored if it stays quiet,"
            " because it has come back before."
        )

    def test_ends_with_a_new_alert_which_is_escalated_further(self, waiting: Ticket, fire: Any) -> None:
        running = Escalation.objects.running().get()

        fire(16)

        waiting.refresh_from_db()
        assert (waiting.returned_at, waiting.restore_due_at) == (after(16), None)
        assert texts()[-2] == "The alert came back 4 s after it had closed: the incident goes on."
        assert restore_quiet(at=after(16) + WINDOW) == 0
        escalated = Escalation.objects.running().get()
        assert (escalated.pk, escalated.firing) == (running.pk, running.firing)

    @pytest.mark.parametrize("end", ["restore", "close"])
    def test_ends_when_people_end_the_incident(self, waiting: Ticket, ana: User, end: str) -> None:
        if end == "restore":
            response.restore(ticket_id=waiting.pk, actor=ana, at=after(20))
        else:
            response.close(ticket_id=waiting.pk, code="cancelled", actor=ana, at=after(20))

        waiting.refresh_from_db()
        assert waiting.restore_due_at is None
        assert restore_quiet(at=after(12) + WINDOW) == 0

    def test_is_over_once_the_return_is_long_ago(self, returned: Alert) -> None:
        clear(returned, 8 + 600)

        assert Ticket.objects.get().restored_at == after(608)

    def test_leaves_the_restoring_to_a_person_where_the_severity_wants_it(self, returned: Alert) -> None:
        Severity.objects.update(confirms_restore=True)

        clear(returned, 12)

        assert Ticket.objects.get().restore_due_at is None
        assert texts()[-1] == flapping.CONFIRM_TEXT

    def test_asks_a_person_if_the_severity_was_raised_meanwhile(self, waiting: Ticket) -> None:
        Severity.objects.update(confirms_restore=True)

        assert restore_quiet(at=after(12) + WINDOW) == 0

        waiting.refresh_from_db()
        assert (waiting.is_open, waiting.restore_due_at) == (True, None)
        assert texts()[-1] == flapping.CONFIRM_TEXT

    def test_lets_routing_decide_about_an_alert_just_in(self, waiting: Ticket, integration: Integration) -> None:
        due_at = after(12) + WINDOW
        make.AlertFactory(integration=integration, dedup_key="x", group_key="g", route_at=due_at)

        assert restore_quiet(at=due_at) == 0

        waiting.refresh_from_db()
        assert (waiting.is_open, waiting.restore_due_at) == (True, due_at + timedelta(seconds=5))

    def test_survives_an_unknown_zone_of_the_team(self, returned: Alert) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE oncall_team SET time_zone = 'Mars/Base'")

        clear(returned, 12)

        assert "so it is restored at 12:10 UTC if it stays quiet." in texts()[-1]

    def test_of_one_that_cannot_be_restored_does_not_stop_the_others(
        self, waiting: Ticket, fire: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clear(fire(0, key="a", group_key="h"), 4)
        clear(fire(8, key="b", group_key="h"), 13)
        restore = response.restore

        def fail(*, ticket_id: int, **fields: Any) -> Ticket:
            if ticket_id == waiting.pk:
                raise KeyError("a bug")
            return restore(ticket_id=ticket_id, **fields)

        monkeypatch.setattr(response, "restore", fail)

        assert restore_quiet(at=after(13) + WINDOW) == 1

        waiting.refresh_from_db()
        assert waiting.restore_due_at == after(13 + 60) + WINDOW

    def test_has_its_moment_in_the_engine(self, waiting: Ticket) -> None:
        [due] = [row.due for row in sweeps_of("intake") if row.name == "restore"]
        with connection.cursor() as cursor:
            cursor.execute(due)

            assert cursor.fetchone() == (waiting.restore_due_at,)


class TestNews:
    @pytest.fixture
    def news(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        news: list[str] = []
        monkeypatch.setattr(response, "tell_responders", lambda *, ticket, text, at, actor=None: news.append(text))
        return news

    def test_of_new_alerts_goes_to_the_people_who_have_the_incident(
        self, fire: Any, ana: User, news: list[str]
    ) -> None:
        fire(0)
        response.acknowledge(ticket_id=Ticket.objects.get().pk, actor=ana, at=after(1))

        fire(2, key="web2")

        assert [text.startswith("Another alert joined") for text in news] == [True]

    def test_is_not_told_while_it_rings(self, fire: Any, news: list[str]) -> None:
        fire(0)

        fire(2, key="web2")

        assert not news
