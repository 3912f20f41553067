"""Beginnings and ends in any order: what goes on is paged, what is only repeated is not (intake rule 11; F17)."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.intake import store
from incidents.intake.alertmanager import Reading
from incidents.intake.report import Report
from incidents.models import Alert, Event, EventAction, Integration, Ticket
from incidents.routing import route_due
from oncall.models import Escalation
from tests.factories import NOON
from tests.incidents.conftest import Post, event, firing, resolved

CASE_01 = json.loads((Path(__file__).parent / "cases" / "01-am-refire-same-start.json").read_text())
MARK = "Reported again after its end."
WEEK = timedelta(days=7)


class Sender:
    """Sends Alertmanager's alerts and runs the engine's routing at chosen seconds after noon."""

    def __init__(self, integration: Integration) -> None:
        self.integration = integration

    def send(self, seconds: float, *alerts: dict[str, Any]) -> None:
        reports = Reading({"groupKey": "g", "alerts": list(alerts)})
        store.store_reports(integration_id=self.integration.pk, reports=reports, at=self.at(seconds))

    def route(self, seconds: float) -> None:
        while route_due(at=self.at(seconds)):
            pass

    @staticmethod
    def at(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)


@pytest.fixture
def sender(alertmanager: Integration) -> Sender:
    return Sender(alertmanager)


def outcomes() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("outcome", flat=True))


def statuses() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("status", flat=True))


class TestTroubleThatGoesOn:
    def test_of_case_01_is_open_and_has_an_incident(self, sender: Sender) -> None:
        seconds = 0
        for step in CASE_01["steps"]:
            seconds += step["wait_s"]
            sender.send(seconds, *step["body"]["alerts"])
            sender.route(seconds)
        assert Ticket.objects.open().count() == 0

        sender.route(seconds + 30)

        alert = Alert.objects.latest("pk")
        assert (seconds, alert.status, outcomes()[-1]) == (60, "open", "opened")
        assert Ticket.objects.open().get() == alert.ticket
        assert alert.explanation.startswith(f"{MARK} Joined ")
        assert alert.ticket is not None
        assert Escalation.objects.about("ticket", alert.ticket.pk).unanswered().exists()
        assert Event.objects.latest("pk").problem == MARK

    @pytest.mark.usefixtures("alertmanager")
    def test_of_case_01_over_http_is_stored_as_open(self, notify: Post) -> None:
        for step in CASE_01["steps"]:
            notify(*step["body"]["alerts"])

        alert = Alert.objects.latest("pk")
        assert (alert.status, alert.explanation, outcomes()) == ("open", MARK, ["opened", "closed", "opened"])

    def test_pages_nobody_before_thirty_seconds(self, sender: Sender) -> None:
        for body in (firing(), resolved(), firing()):
            sender.send(0, body)
        sender.route(29)
        assert not Ticket.objects.exists()

        sender.route(30)
        assert Ticket.objects.get()

    def test_that_ends_again_within_the_time_is_never_routed(self, sender: Sender) -> None:
        for seconds, body in ((0, firing()), (20, resolved()), (25, firing()), (40, resolved())):
            sender.send(seconds, body)
        sender.route(60)

        assert statuses() == ["closed", "closed"]
        explanation = f"{MARK} It closed before it was routed, so it opened nothing."
        assert Alert.objects.latest("pk").explanation == explanation
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize("change", [{}, {"severity": "page"}])
    def test_is_not_routed_sooner_because_it_is_repeated(self, sender: Sender, change: dict[str, str]) -> None:
        for body in (firing(), resolved(), firing()):
            sender.send(0, body)
        sender.send(10, firing(**change))

        alert = Alert.objects.latest("pk")
        assert (alert.count, alert.route_at) == (2, sender.at(30))

    def test_that_is_worse_later_is_due_at_once_and_never_unrouted(self, sender: Sender) -> None:
        for body in (firing(), resolved(), firing()):
            sender.send(0, body)
        sender.route(30)
        sender.send(60, firing())
        assert Alert.objects.latest("pk").route_at is None

        sender.send(70, firing(severity="page"))

        alert = Alert.objects.latest("pk")
        assert (alert.route_at, alert.ticket) == (sender.at(70), Ticket.objects.get())

    def test_is_not_routed_sooner_by_an_acknowledgement_of_its_sender(self, sender: Sender) -> None:
        for body in (firing(), resolved(), firing()):
            sender.send(0, body)
        held = Alert.objects.latest("pk")
        store.store_reports(
            integration_id=sender.integration.pk,
            reports=[Report(action=EventAction.ACKNOWLEDGE, dedup_key=held.dedup_key)],
            at=sender.at(5),
        )

        assert Alert.objects.latest("pk").route_at == sender.at(30)

    def test_while_a_later_trouble_is_open_changes_nothing(self, sender: Sender) -> None:
        sender.send(0, firing())
        sender.send(1, resolved())
        sender.send(2, firing(starts="2026-06-01T12:30:00Z"))
        sender.send(3, firing())

        assert outcomes() == ["opened", "closed", "opened", "stale"]
        assert Alert.objects.latest("pk").count == 1


class TestEndBeforeItsBeginning:
    def test_takes_the_first_beginning_and_opens_nothing(self, sender: Sender) -> None:
        for body in (resolved(), firing()):
            sender.send(0, body)
        sender.route(60)

        assert (statuses(), outcomes()) == (["closed"], ["ignored", "stale"])

    def test_takes_only_the_first(self, sender: Sender) -> None:
        for body in (resolved(), firing(), firing()):
            sender.send(0, body)
        assert (statuses(), outcomes()[1:]) == (["closed", "open"], ["stale", "opened"])

        sender.route(30)

        assert Ticket.objects.get() == Alert.objects.latest("pk").ticket


class TestSevenDaysLater:
    @pytest.fixture(autouse=True)
    def _first(self, sender: Sender) -> None:
        for body in (firing(), resolved()):
            sender.send(0, body)
        sender.route(0)

    def test_the_pair_opens_nothing(self, sender: Sender) -> None:
        later = WEEK.total_seconds()
        for body in (firing(), resolved()):
            sender.send(later, body)
        sender.route(later + 60)

        assert not Ticket.objects.exists()

    def test_a_lone_beginning_opens_one_marked_incident(self, sender: Sender) -> None:
        later = WEEK.total_seconds()
        for _ in range(3):
            sender.send(later, firing())
        sender.route(later + 30)

        assert Ticket.objects.get() == Alert.objects.latest("pk").ticket
        assert list(Event.objects.filter(problem=MARK).values_list("outcome", flat=True)) == ["opened"]


class TestTimes:
    """An end is compared with a beginning only when the sender gave both times."""

    @pytest.mark.parametrize("end", ["", "2026-05-01T00:00:00Z", None, 7])
    def test_of_a_beginning_without_one_closes_at_any_end(self, sender: Sender, end: object) -> None:
        sender.send(0, {**firing(), "startsAt": None})
        sender.send(1, {**resolved(), "startsAt": None, "endsAt": end})

        assert statuses() == ["closed"]

    def test_of_an_end_without_one_closes_and_a_new_beginning_is_due_at_once(self, sender: Sender) -> None:
        sender.send(0, firing())
        sender.send(1, {**resolved(), "endsAt": ""})
        sender.send(2, firing())

        assert statuses() == ["closed", "open"]
        assert Alert.objects.latest("pk").route_at == sender.at(2)

    def test_that_contradict_each_other_close_the_same_trouble(self, sender: Sender) -> None:
        sender.send(0, firing())
        sender.send(1, resolved(ends="2026-06-01T11:00:00Z"))

        assert statuses() == ["closed"]

    def test_that_come_with_a_repeat_are_taken(self, sender: Sender) -> None:
        sender.send(0, {**firing(), "startsAt": None})
        sender.send(1, firing())
        sender.send(2, resolved(ends="2026-06-01T11:30:00Z", starts="2026-06-01T11:00:00Z"))

        assert statuses() == ["open"]

    def test_of_pagerduty_are_not_compared(self, enqueue: Post, pagerduty: Integration) -> None:
        for action in ("trigger", "resolve", "trigger"):
            enqueue(action, dedup_key="disk", payload=event(timestamp="2026-06-01T11:00:00Z"))

        assert statuses() == ["closed", "open"]
        assert Alert.objects.latest("pk").explanation == ""
