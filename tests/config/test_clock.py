"""A web server whose clock is an hour ahead makes no page late: verbs take the database's time (paging rule 1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.base.data.clock import database_now
from incidents import response
from incidents.intake import store
from incidents.intake.report import Report
from incidents.models import Alert, EventAction, Ticket
from oncall import escalation
from oncall.models import Escalation, Obligation, Page
from oncall.paging.links import key_for
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
LONGEST_WAIT = timedelta(minutes=20)
"""No wait in these policies and rules is longer, and an hour ahead is beyond it."""


@pytest.fixture
def person() -> Any:
    return make.UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def ticket(person: Any) -> Ticket:
    at = database_now()
    policy = make.policy(person, fallback=[person], ack_timeout_minutes=10, repeat=1)
    make.MembershipFactory(team=policy.team, user=person, role="manager")
    service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
    severity = make.SeverityFactory(rank=1)
    ticket = response.declare(title="Checkout is down", service=service, severity=severity, at=at)
    escalation.fire_due(at=database_now())
    return ticket


@pytest.fixture
def hour_ahead(monkeypatch: pytest.MonkeyPatch, ticket: Ticket) -> None:
    """This process's clock, after the incident began."""
    real = timezone.now

    def now() -> datetime:
        return real() + timedelta(hours=1)

    monkeypatch.setattr(timezone, "now", now)


def due_times() -> list[datetime]:
    times: list[Any] = [
        *Escalation.objects.filter(next_at__isnull=False).values_list("next_at", flat=True),
        *Page.objects.filter(state="pending").values_list("due_at", flat=True),
        *Alert.objects.filter(route_at__isnull=False).values_list("route_at", flat=True),
        *Obligation.objects.filter(next_reminder_at__isnull=False, kind="customer_update").values_list(
            "next_reminder_at", flat=True
        ),
    ]
    return times


def assert_nothing_is_late() -> None:
    due = due_times()
    assert due
    assert max(due) <= database_now() + LONGEST_WAIT


def use_verb(face: str, verb: str, data: dict[str, Any], *, person: Any, ticket: Ticket, client: Client) -> None:
    """Use a verb of the portal or of the API, after what it needs."""
    if verb in BEFORE:
        function, arguments = BEFORE[verb]
        function(ticket_id=ticket.pk, actor=person, at=database_now(), **arguments)
    if face == "api":
        answer: Any = client_of(person).post(f"/api/v1/incidents/{ticket.pk}/{verb}/", data)
    else:
        client.force_login(person)
        answer = client.post(f"/tickets/{ticket.reference}/{verb.replace('_', '-')}/", data)
    assert answer.status_code in {200, 302}, answer.content[:500]


VERBS: list[tuple[str, dict[str, Any]]] = [
    ("acknowledge", {}),
    ("decline", {}),
    ("take_over", {}),
    ("start_work", {}),
    ("reassign", {"team": "other", "reason": "Theirs."}),
    ("add_responders", {"team": "other"}),
    ("change_severity", {"severity": "SEV0", "reason": "Worse."}),
    ("hold", {"reason": "supplier"}),
    ("resume", {}),
    ("reopen", {"reason": "It is back."}),
]
ENDS: list[tuple[str, str, dict[str, Any]]] = [
    ("portal", "restore", {}),
    ("api", "restore", {}),
    ("portal", "close", {"code": "no_fault_found", "note": "None."}),
    ("api", "close", {"code": "no_fault_found", "note": "None."}),
]
BEFORE: dict[str, tuple[Any, dict[str, Any]]] = {
    "resume": (response.hold, {"reason": "supplier"}),
    "reopen": (response.restore, {}),
    "close": (response.restore, {}),
}
"""What a verb needs to have been done."""


@pytest.mark.usefixtures("hour_ahead")
class TestAnHourAhead:
    @pytest.mark.parametrize(("verb", "data"), VERBS, ids=[verb for verb, _ in VERBS])
    @pytest.mark.parametrize("face", ["portal", "api"])
    def test_no_verb_writes_a_due_time_ahead(
        self, face: str, verb: str, data: dict[str, Any], person: Any, ticket: Ticket, client: Client
    ) -> None:
        other = make.policy(person, fallback=[person], team=make.TeamFactory(slug="other"))
        other.team.escalation_policy = other
        other.team.save()
        keys = {"team": other.team.pk, "severity": make.SeverityFactory(rank=2, name="SEV0").pk}
        values = data if face == "api" else {name: keys.get(name, value) for name, value in data.items()}

        use_verb(face, verb, values, person=person, ticket=ticket, client=client)

        assert_nothing_is_late()

    @pytest.mark.parametrize(("face", "verb", "data"), ENDS)
    def test_no_verb_that_ends_it_writes_one(
        self, face: str, verb: str, data: dict[str, Any], person: Any, ticket: Ticket, client: Client
    ) -> None:
        use_verb(face, verb, data, person=person, ticket=ticket, client=client)

        ticket.refresh_from_db()
        assert ticket.status in {"restored", "resolved", "closed"}
        assert [time for time in due_times() if time > database_now() + LONGEST_WAIT] == []

    def test_the_link_in_a_message_does_not_either(self, client: Client, person: Any, ticket: Ticket) -> None:
        at = database_now()
        escalation = ticket.responses.get().escalation
        page = make.PageFactory(escalation=escalation, user=person, created_at=at, due_at=at, accepted_at=at)

        answer = client.post(f"/p/{key_for(page)}/", {"verb": "acknowledge"})

        escalation.refresh_from_db()
        assert (answer.status_code, escalation.state) == (302, "acknowledged")
        assert_nothing_is_late()

    def test_declaring_does_not_either(self, client: Client, person: Any, ticket: Ticket) -> None:
        assert ticket.service is not None
        about = {"title": "Search is down", "service": ticket.service.slug, "severity": "SEV1"}

        answer = client_of(person).post("/api/v1/incidents/", about)

        assert answer.status_code == 201, answer.content
        assert_nothing_is_late()

    def test_intake_does_not_either(self, client: Client, ticket: Ticket) -> None:
        integration = make.IntegrationFactory(service=ticket.service)
        report = Report(action=EventAction.TRIGGER, dedup_key="a", title="Down", severity_word="critical")

        store.store_reports(integration_id=integration.pk, reports=[report], at=timezone.now())

        assert Alert.objects.get().route_at is not None
        assert_nothing_is_late()
