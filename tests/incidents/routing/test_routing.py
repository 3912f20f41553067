"""Alerts open, join, acknowledge, raise and restore incidents; an alert that fails waits alone."""

from datetime import timedelta
from typing import Any

import pytest

from incidents import response
from incidents.models import Alert, AlertStatus, Integration, Severity, Ticket, TicketStatus, TimelineEntry
from incidents.routing import route_due, sweep
from incidents.routing.severity_mapping import choose_severity
from incidents.routing.sweep import TRIES
from oncall.engine import health_checks
from oncall.models import Escalation, EscalationState
from tests.factories import NOON, AlertFactory, IntegrationFactory, SeverityFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _long_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass must not end early because the machine is busy."""
    monkeypatch.setattr(sweep, "PASS_SECONDS", 60.0)


@pytest.fixture
def severities() -> list[Severity]:
    return [SeverityFactory(rank=rank) for rank in (1, 2, 3, 4, 5)]


@pytest.fixture
def integration(severities: list[Severity]) -> Integration:
    return IntegrationFactory(kind="alertmanager", default_severity=severities[2], name="Prometheus")


@pytest.fixture
def make(integration: Integration) -> Any:
    def alert(key: str = "a", *, group: str = "g", word: str = "critical", **fields: Any) -> Alert:
        defaults = {"integration": integration, "dedup_key": key, "group_key": group, "severity_word": word}
        return AlertFactory(**defaults, **({"route_at": NOON, "title": f"{key} is down"} | fields))

    return alert


def close(*alerts: Alert) -> None:
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        status=AlertStatus.CLOSED, closed_at=LATER, route_at=LATER
    )


class TestFirstAlert:
    def test_opens_an_incident_and_says_why(self, make: Any, integration: Integration) -> None:
        alert = make()

        assert route_due(at=NOON) == 1

        alert.refresh_from_db()
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.service, ticket.contact_type) == ("a is down", integration.service, "alert")
        assert (ticket.severity.name, ticket.status) == ("SEV2", TicketStatus.NEW)
        assert (alert.ticket_id, alert.route_at) == (ticket.pk, None)
        assert alert.explanation == (
            f"Opened {ticket.reference}: first alert of group 'g' on {integration.service.name};"
            " severity SEV2 because the sender says 'critical'."
        )
        assert Escalation.objects.get().subject_id == ticket.pk

    def test_opens_one_incident_for_its_whole_group(self, make: Any) -> None:
        for key in "abc":
            make(key)
        make("d", group="another")

        assert route_due(at=NOON) == 4

        assert Ticket.objects.count() == 2
        assert Alert.objects.get(dedup_key="b").ticket == Alert.objects.get(dedup_key="a").ticket

    def test_of_several_decides_the_severity_by_the_worst(self, make: Any) -> None:
        make("a", word="warning")
        make("b", word="page")

        route_due(at=NOON)

        assert Ticket.objects.get().severity.name == "SEV2"

    def test_that_is_worse_is_routed_first(self, make: Any) -> None:
        make("a", group="1", word="info")
        make("b", group="2", word="critical")

        route_due(at=NOON, limit=1)

        assert Ticket.objects.get().title == "b is down"

    def test_that_is_not_due_waits(self, make: Any) -> None:
        make(route_at=LATER)

        assert route_due(at=NOON) == 0

    def test_that_closed_before_it_was_routed_opens_nothing(self, make: Any) -> None:
        alert = make()
        close(alert)

        route_due(at=LATER)

        alert.refresh_from_db()
        assert not Ticket.objects.exists()
        assert (alert.route_at, alert.explanation) == (None, "It closed before it was routed, so it opened nothing.")

    def test_with_an_unlikely_start_is_taken_as_of_now(self, make: Any) -> None:
        make(started_at=NOON - timedelta(days=4_000))

        route_due(at=NOON)

        assert Ticket.objects.get().impact_started_at == NOON


class TestLaterAlert:
    def test_joins_the_open_incident(self, make: Any) -> None:
        make("a")
        route_due(at=NOON)
        ticket = Ticket.objects.get()
        response.acknowledge(ticket_id=ticket.pk, actor=UserFactory(), at=NOON)
        later = make("b", route_at=LATER)

        route_due(at=LATER)

        later.refresh_from_db()
        assert (later.ticket, later.status) == (ticket, AlertStatus.ACKNOWLEDGED)
        assert later.explanation == f"Joined {ticket.reference}: it is open for the same group 'g'."
        assert TimelineEntry.objects.filter(ticket=ticket, text="Another alert joined: b is down").exists()
        assert Escalation.objects.get().state == EscalationState.ACKNOWLEDGED

    def test_that_is_worse_raises_the_severity(self, make: Any) -> None:
        make("a", word="warning")
        route_due(at=NOON)
        later = make("b", word="P1", route_at=LATER)

        route_due(at=LATER)

        later.refresh_from_db()
        assert Ticket.objects.get().severity.name == "SEV1"
        assert later.explanation.endswith("It raised the severity to SEV1, because the sender says 'P1'.")

    def test_that_is_milder_lowers_nothing(self, make: Any) -> None:
        make("a", word="critical")
        route_due(at=NOON)
        make("b", word="info", route_at=LATER)

        route_due(at=LATER)

        assert Ticket.objects.get().severity.name == "SEV2"

    def test_opens_another_incident_once_the_first_is_restored(self, make: Any) -> None:
        make("a")
        route_due(at=NOON)
        response.restore(ticket_id=Ticket.objects.get().pk, actor=UserFactory(), at=NOON)
        make("b", route_at=LATER)

        route_due(at=LATER)

        assert Ticket.objects.count() == 2

    def test_that_got_worse_itself_raises_the_severity(self, make: Any) -> None:
        alert = make("a", word="warning")
        route_due(at=NOON)
        Alert.objects.filter(pk=alert.pk).update(severity_word="critical", route_at=LATER)

        route_due(at=LATER)

        assert Ticket.objects.get().severity.name == "SEV2"
        alert.refresh_from_db()
        assert alert.route_at is None

    def test_by_the_hundred_costs_a_constant_number_of_queries(
        self, make: Any, django_assert_max_num_queries: Any
    ) -> None:
        make("a")
        route_due(at=NOON)
        for n in range(100):
            make(f"k{n}", route_at=LATER)

        with django_assert_max_num_queries(15):
            assert route_due(at=LATER) == 100


class TestSendersAcknowledgement:
    def test_answers_the_incident(self, make: Any) -> None:
        alert = make("a")
        route_due(at=NOON)
        Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.ACKNOWLEDGED, route_at=LATER)

        route_due(at=LATER)

        assert Ticket.objects.get().status == TicketStatus.ACKNOWLEDGED
        assert Escalation.objects.get().state == EscalationState.ACKNOWLEDGED

    def test_before_routing_answers_the_incident_too(self, make: Any) -> None:
        make("a", status=AlertStatus.ACKNOWLEDGED)

        route_due(at=NOON)

        assert Ticket.objects.get().status == TicketStatus.ACKNOWLEDGED


class TestEnd:
    def test_of_the_last_alert_restores_the_incident(self, make: Any) -> None:
        first, second = make("a"), make("b")
        route_due(at=NOON)
        close(first)
        route_due(at=LATER)
        assert Ticket.objects.get().status == TicketStatus.NEW

        close(second)
        route_due(at=LATER)

        ticket = Ticket.objects.get()
        second.refresh_from_db()
        assert ticket.restored_at == LATER
        assert Escalation.objects.get().state == EscalationState.ENDED
        assert second.explanation.endswith(f"Closed by the sender; {ticket.reference} was restored with it.")

    def test_asks_a_person_where_the_severity_wants_it(self, make: Any, severities: list[Severity]) -> None:
        Severity.objects.update(confirms_restore=True)
        alert = make("a")
        route_due(at=NOON)
        close(alert)

        route_due(at=LATER)

        ticket = Ticket.objects.get()
        assert ticket.status == TicketStatus.NEW
        assert ticket.timeline.order_by("-pk")[0].text.startswith("All alerts have closed.")

    def test_of_an_incident_that_is_over_changes_nothing(self, make: Any) -> None:
        alert = make("a")
        route_due(at=NOON)
        ticket = response.close(ticket_id=Ticket.objects.get().pk, code="cancelled", actor=UserFactory(), at=NOON)
        close(alert)

        route_due(at=LATER)

        assert Ticket.objects.get().status == TicketStatus.CLOSED
        alert.refresh_from_db()
        assert f"{ticket.reference} was closed already." in alert.explanation

    def test_together_with_a_new_alert_keeps_the_incident_open(self, make: Any) -> None:
        alert = make("a")
        route_due(at=NOON)
        close(alert)
        make("b", route_at=LATER)

        route_due(at=LATER)

        assert Ticket.objects.get().status == TicketStatus.NEW


class TestFailingAlert:
    @pytest.fixture
    def failing_declare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        declare = response.declare

        def fail_for_bad(**fields: Any) -> Ticket:
            if fields["title"] == "bad is down" and fields["description"]:
                raise KeyError("a bug")
            return declare(**fields)

        monkeypatch.setattr(response, "declare", fail_for_bad)

    @pytest.mark.usefixtures("failing_declare")
    def test_is_postponed_and_the_others_are_routed(self, make: Any) -> None:
        bad = make("bad", group="1", source="host1")
        make("good", group="2")

        assert route_due(at=NOON) == 2

        bad.refresh_from_db()
        assert Ticket.objects.get().title == "good is down"
        assert (bad.route_attempts, bad.route_at > NOON) == (1, True)
        assert bad.explanation == "Could not be routed yet (try 1): KeyError: 'a bug'"

    @pytest.mark.usefixtures("failing_declare")
    def test_opens_a_plain_incident_in_the_end(self, make: Any, integration: Integration) -> None:
        bad = make("bad", source="host1")
        at = NOON
        for _ in range(TRIES + 1):
            route_due(at=at)
            at += timedelta(minutes=1)

        bad.refresh_from_db()
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.severity) == ("bad is down", integration.default_severity)
        assert (bad.ticket, bad.route_attempts, bad.route_at) == (ticket, 0, None)

    def test_that_cannot_even_open_that_is_found_by_a_health_check(
        self, make: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_: Any) -> Ticket:
            raise KeyError("a bug")

        monkeypatch.setattr(response, "declare", fail)
        bad = make("bad")
        at = NOON
        for _ in range(TRIES + 2):
            route_due(at=at)
            at += timedelta(minutes=2)

        bad.refresh_from_db()
        assert bad.route_at is not None
        assert "alert_unrouted" in {finding.code for finding in health_checks.check_health(at=at).findings}

    @pytest.mark.usefixtures("failing_declare")
    def test_in_a_group_does_not_stop_its_group(self, make: Any) -> None:
        make("bad", source="host1", opened_at=NOON - timedelta(minutes=1))
        good = make("good")

        route_due(at=NOON)

        good.refresh_from_db()
        assert good.ticket is not None


@pytest.mark.parametrize(
    ("word", "name", "because"),
    [
        ("", "SEV3", "by default, because the sender names no severity"),
        ("Boom", "SEV1", "because Prometheus maps 'Boom' to it"),
        ("sev4", "SEV4", "because the sender says 'sev4'"),
        ("CRITICAL", "SEV2", "because the sender says 'CRITICAL'"),
        ("P5", "SEV5", "because the sender says 'P5'"),
        ("odd", "SEV3", "by default, because 'odd' is not mapped to a severity"),
        ("gone", "SEV3", "by default, because 'gone' is not mapped to a severity"),
    ],
)
def test_a_word_becomes_a_severity(
    integration: Integration, severities: list[Severity], word: str, name: str, because: str
) -> None:
    integration.severities = {"boom": "SEV1", "gone": "SEV9"}

    choice = choose_severity(word, integration=integration, severities=severities)

    assert (choice.severity.name, choice.because) == (name, because)


def test_a_common_word_takes_the_mildest_severity_if_none_is_milder(
    integration: Integration, severities: list[Severity]
) -> None:
    assert choose_severity("info", integration=integration, severities=severities[:3]).severity.name == "SEV3"
