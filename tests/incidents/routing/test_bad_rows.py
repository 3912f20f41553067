"""One integration, alert or service that cannot be read never stops the routing of the others (paging rule 7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from incidents import response
from incidents.models import Alert, Integration, Service, Severity, Ticket
from incidents.routing import grouping, route_due, sweep
from incidents.routing.severity_mapping import choose_severity
from oncall.engine import health_checks
from oncall.models import Escalation
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

DEEP = "[" * 3000 + "]" * 3000
UNREADABLE = {
    "a list": '["critical"]',
    "a text": '"critical"',
    "a number": "2",
    "null": "null",
    "true": "true",
    "a list of pairs": '[["critical", "SEV1"]]',
    "nested": '{"critical": {"critical": "SEV1"}}',
    "a list of names": '{"critical": ["SEV1"]}',
    "numbers": '{"critical": 1}',
    "too deep to be read": DEEP,
    "too deep to be read, inside": f'{{"critical": {DEEP}}}',
}


@pytest.fixture(autouse=True)
def _long_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass must not end early because the machine is busy, and no rest comes from another test."""
    monkeypatch.setattr(sweep, "PASS_SECONDS", 60.0)
    monkeypatch.setattr(sweep, "_blocked", type(sweep._blocked)())


@pytest.fixture
def severities() -> list[Severity]:
    return [make.SeverityFactory(rank=rank) for rank in (1, 2, 3, 4, 5)]


@pytest.fixture
def bad(severities: list[Severity]) -> Integration:
    return make.IntegrationFactory(name="Bad", default_severity=severities[2])


@pytest.fixture
def good(severities: list[Severity]) -> Integration:
    return make.IntegrationFactory(name="Good", default_severity=severities[2])


def set_severities(integration: Integration, json: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_integration SET severities = %s::jsonb WHERE id = %s", [json, integration.pk])


def alert_of(integration: Integration, *, word: str = "critical", key: str = "a", **fields: Any) -> Alert:
    return make.AlertFactory(
        integration=integration, dedup_key=key, title=f"{integration.name} is down", severity_word=word, route_at=NOON,
        **fields,
    )  # fmt: skip


def due(alert: Alert) -> datetime:
    alert.refresh_from_db()
    assert alert.route_at is not None
    return alert.route_at


class TestUnreadableSeverities:
    @pytest.mark.parametrize("json", UNREADABLE.values(), ids=UNREADABLE.keys())
    def test_stop_nobody_and_their_own_alert_opens_its_incident_in_the_same_pass(
        self, bad: Integration, good: Integration, json: str
    ) -> None:
        set_severities(bad, json)
        own, other = alert_of(bad), alert_of(good)

        assert route_due(at=NOON) == 2

        own.refresh_from_db()
        other.refresh_from_db()
        assert other.ticket is not None
        assert own.ticket is not None
        assert "the severities of Bad could not be read" in own.explanation
        assert "the severities of Bad could not be read" in own.ticket.timeline.earliest("pk").text
        assert Escalation.objects.filter(subject_id=own.ticket.pk).exists()

    def test_leave_the_words_that_everybody_uses(self, bad: Integration) -> None:
        set_severities(bad, '["critical"]')
        own = alert_of(bad)

        route_due(at=NOON)

        own.refresh_from_db()
        assert own.ticket is not None
        assert own.ticket.severity.name == "SEV2"

    def test_spoil_only_the_entry_that_is_wrong(self, bad: Integration, severities: list[Severity]) -> None:
        bad.severities = {"boom": "SEV1", "critical": 7, "7": None}

        choices = [choose_severity(word, integration=bad, severities=severities) for word in ("boom", "critical", "7")]

        assert [choice.severity.name for choice in choices] == ["SEV1", "SEV2", "SEV3"]
        assert ["could not be read" in choice.because for choice in choices] == [False, True, True]

    def test_keep_grouping_joining_and_restoring(self, bad: Integration) -> None:
        set_severities(bad, DEEP)
        first = alert_of(bad, key="a", group_key="g")
        route_due(at=NOON)
        second = alert_of(bad, key="b", group_key="g")
        route_due(at=NOON)

        second.refresh_from_db()
        first.refresh_from_db()
        assert second.ticket == first.ticket

    @pytest.mark.parametrize("json", ['["critical"]', "null", '"SEV1"'])
    def test_are_a_finding_of_the_health_checks(self, bad: Integration, json: str) -> None:
        set_severities(bad, json)

        assert "integration_unreadable" in {finding.code for finding in health_checks.check_health(at=NOON).findings}

    def test_that_are_an_object_are_no_finding(self, bad: Integration) -> None:
        set_severities(bad, '{"critical": "SEV1"}')

        findings = {finding.code for finding in health_checks.check_health(at=NOON).findings}
        assert "integration_unreadable" not in findings


class TestMissingRows:
    def test_a_default_severity_newer_than_the_pass(self, bad: Integration, severities: list[Severity]) -> None:
        choice = choose_severity("odd", integration=bad, severities=severities[:2])

        assert choice.severity == severities[2]

    def test_no_severities_at_all(self, bad: Integration) -> None:
        assert choose_severity("critical", integration=bad, severities=[]).severity == bad.default_severity

    def test_an_integration_that_vanishes_stops_nobody(
        self, bad: Integration, good: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alert_of(bad)
        other = alert_of(good)
        monkeypatch.setattr(sweep, "Integration", SimpleNamespace(objects=Integration.objects.exclude(pk=bad.pk)))

        assert route_due(at=NOON) == 1

        other.refresh_from_db()
        assert other.ticket is not None

    def test_a_service_without_a_policy_stops_nobody(self, bad: Integration, good: Integration) -> None:
        Service.objects.update(escalation_policy=None)
        alert_of(bad)
        alert_of(good)

        assert route_due(at=NOON) == 2

        assert Escalation.objects.running().count() == 2


class TestBadAlert:
    def test_with_details_too_deep_to_be_read_is_routed(self, bad: Integration) -> None:
        own = alert_of(bad)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE incidents_alert SET payload = %s::jsonb", [DEEP])

        assert route_due(at=NOON) == 1

        assert Alert.objects.filter(pk=own.pk, ticket__isnull=False).exists()

    def test_opens_a_plain_incident_within_seconds(
        self, bad: Integration, good: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(grouping, "_description", lambda alert: 1 / 0 if alert.integration_id == bad.pk else "")
        own = alert_of(bad)
        alert_of(good)
        at = NOON
        while not Ticket.objects.filter(title="Bad is down").exists() and at < NOON + timedelta(minutes=5):
            route_due(at=at)
            at += timedelta(seconds=1)

        own.refresh_from_db()
        assert at <= NOON + timedelta(seconds=5)
        assert "by default, because the alert could not be routed as usual" in own.explanation

    def test_that_cannot_be_routed_at_all_rests_ever_longer(
        self, bad: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(response, "declare", lambda **_: 1 / 0)
        own = alert_of(bad)
        rests = []
        for _ in range(12):
            at = due(own)
            route_due(at=at)
            rests.append((due(own) - at).total_seconds())

        assert rests[1] == 0.0
        assert all(30 <= rest <= 60 for rest in rests[-3:])

    def test_in_a_large_group_does_not_use_up_the_pass(
        self, bad: Integration, good: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sweep, "MAX_ALONE", 3)
        monkeypatch.setattr(grouping, "_try_lock_group", lambda group: 1 / 0 if group.integration == bad else True)
        for number in range(8):
            alert_of(bad, key=f"k{number}", group_key="g", word="page")
        other = alert_of(good, word="info")

        assert route_due(at=NOON) == 4

        other.refresh_from_db()
        assert other.ticket is not None


@contextmanager
def _locked_elsewhere(ticket: Ticket) -> Iterator[None]:
    """Another session holds the ticket's row."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM incidents_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_somebody_holds_does_not_use_up_every_pass(
    bad: Integration, good: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_of(bad, key="a", group_key="g", word="page")
    route_due(at=NOON)
    alert_of(bad, key="b", group_key="g", word="page")
    other = alert_of(good, word="info")
    # As if waiting for the lock had used up the time of the pass.
    monkeypatch.setattr(sweep, "PASS_SECONDS", 0.0)
    with _locked_elsewhere(Ticket.objects.get()), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
        assert route_due(at=NOON) == 0

        assert route_due(at=NOON) == 1
        cursor.execute("RESET lock_timeout")

    other.refresh_from_db()
    assert other.ticket is not None
    route_due(at=NOON + timedelta(seconds=30))
    assert Ticket.objects.count() == 2
    assert Alert.objects.get(dedup_key="b").ticket is not None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_nobodys_fault(bad: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    own = alert_of(bad)

    def fail(**_: Any) -> int:
        connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(sweep, "route_group", fail)

    with pytest.raises(OperationalError):
        route_due(at=NOON)

    monkeypatch.undo()
    own.refresh_from_db()
    assert (own.route_attempts, own.route_at) == (0, NOON)


def test_the_worst_group_is_routed_first(good: Integration, severities: list[Severity]) -> None:
    """Also when it came later: a storm of warnings must not delay what is critical."""
    late = NOON - timedelta(seconds=10)
    warning = alert_of(good, word=severities[3].name, key="warning")
    critical = alert_of(good, word=severities[0].name, key="critical")
    Alert.objects.filter(pk=warning.pk).update(route_at=late)

    assert route_due(at=NOON, limit=1) == 1

    warning.refresh_from_db()
    critical.refresh_from_db()
    assert (warning.ticket, critical.ticket is not None) == (None, True)
