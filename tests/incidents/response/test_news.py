"""What is new in an incident that somebody has: a worse severity, new alerts (R-E7a)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents import response
from incidents.models import Severity, Ticket
from incidents.receivers import record_escalation_entry, record_page
from oncall import escalation
from oncall.models import Escalation, EscalationEntry, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.person_with_phone("Ana")


@pytest.fixture
def bob() -> Any:
    return make.person_with_phone("Bob")


@pytest.fixture
def mild(db: None) -> Severity:
    severity: Severity = make.SeverityFactory(rank=3, urgency="low")
    return severity


@pytest.fixture
def severe(db: None) -> Severity:
    severity: Severity = make.SeverityFactory(rank=1, urgency="high")
    return severity


@pytest.fixture
def ticket(ana: Any, bob: Any, mild: Severity) -> Ticket:
    policy = make.policy(ana, bob, ack_timeout_minutes=60)
    service = make.ServiceFactory(team=policy.team, escalation_policy=policy)
    return response.declare(title="Checkout is slow", service=service, severity=mild, at=NOON)


def raise_to(ticket: Ticket, severity: Severity, *, actor: Any = None) -> Ticket:
    return response.change_severity(
        ticket_id=ticket.pk, severity=severity, actor=actor, at=minutes(2), reason="Worse."
    )


def news() -> list[tuple[str, str, int]]:
    rows = Page.objects.filter(purpose="news").order_by("pk")
    return [(page.user.name, page.text, page.count) for page in rows.select_related("user")]


class TestSeverity:
    def test_with_a_higher_urgency_rings_again(self, ticket: Ticket, severe: Severity, ana: Any) -> None:
        escalation.fire_due(at=NOON)
        due_at = Escalation.objects.get().next_at

        raise_to(ticket, severe)

        row = Escalation.objects.get()
        assert (row.firing, row.urgency, row.priority, row.next_at) == (2, "high", 1, due_at)
        assert Page.objects.filter(firing=2, user=ana, purpose="ring", due_at=minutes(2)).exists()
        assert news() == []

    def test_is_news_to_the_person_who_has_it_whose_time_runs_anew(
        self, ticket: Ticket, severe: Severity, ana: Any
    ) -> None:
        escalation.fire_due(at=NOON)
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        raise_to(ticket, severe)

        assert news() == [("Ana", "Severity SEV1, was SEV3.", 1)]
        row = Escalation.objects.get()
        assert (row.state, row.next_at, row.firing) == ("acknowledged", minutes(62), 1)

    def test_of_the_same_urgency_is_news_and_no_more_time(self, ticket: Ticket, ana: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        raise_to(ticket, make.SeverityFactory(rank=2, urgency="low"))

        assert news() == [("Ana", "Severity SEV2, was SEV3.", 1)]
        assert Escalation.objects.get().next_at == minutes(61)

    def test_of_the_same_urgency_rings_nobody_again(self, ticket: Ticket) -> None:
        escalation.fire_due(at=NOON)
        before = Page.objects.count()

        raise_to(ticket, make.SeverityFactory(rank=2, urgency="low"))

        assert Page.objects.count() == before

    def test_that_is_milder_is_no_news(self, ticket: Ticket, ana: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        raise_to(ticket, make.SeverityFactory(rank=4, urgency="low"))

        assert news() == []
        assert Escalation.objects.get().priority == 4

    def test_is_no_news_to_the_person_who_changed_it(self, ticket: Ticket, severe: Severity, ana: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        raise_to(ticket, severe, actor=ana)

        assert news() == []
        assert Escalation.objects.get().next_at == minutes(62)


class TestTellResponders:
    def tell(self, ticket: Ticket, *, text: str = "2 new alerts.", actor: Any = None) -> None:
        ticket = Ticket.objects.select_related("severity").get(pk=ticket.pk)
        response.tell_responders(ticket=ticket, text=text, at=minutes(3), actor=actor)

    def test_tells_the_assignee_and_those_who_acknowledged_once_each(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        tom = make.UserFactory(name="Tom")
        team = make.TeamFactory()
        response.add_responders(ticket_id=ticket.pk, team=team, actor=None, at=NOON)
        make.MembershipFactory(user=tom, team=team)
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        response.acknowledge(ticket_id=ticket.pk, actor=tom, at=minutes(1))
        response.assign(ticket_id=ticket.pk, assignee=bob, actor=ana, at=minutes(2))

        self.tell(ticket)

        assert sorted(name for name, _, _ in news()) == ["Ana", "Bob", "Tom"]

    def test_tells_everybody_but_the_actor(self, ticket: Ticket, ana: Any, bob: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        response.assign(ticket_id=ticket.pk, assignee=bob, actor=ana, at=minutes(2))

        self.tell(ticket, actor=bob)

        assert [name for name, _, _ in news()] == ["Ana"]

    @pytest.mark.parametrize("is_paged", [False, True])
    def test_tells_the_people_of_the_step_when_only_a_sender_acknowledged(
        self, ticket: Ticket, is_paged: bool
    ) -> None:
        """Also when the sender was faster than the first page."""
        if is_paged:
            escalation.fire_due(at=NOON)
        response.acknowledge(ticket_id=ticket.pk, actor=None, at=minutes(1))

        self.tell(ticket)

        assert [name for name, _, _ in news()] == ["Ana"]

    def test_tells_nobody_while_it_rings(self, ticket: Ticket) -> None:
        escalation.fire_due(at=NOON)

        self.tell(ticket)

        assert news() == []

    def test_new_alerts_in_an_acknowledged_incident_are_heard(self, ticket: Ticket, ana: Any) -> None:
        """Case 09: four more alerts after the acknowledgement are one message that says how many."""
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        for fingerprint in ("b", "c", "d", "e"):
            self.tell(ticket, text=f"New alert: {fingerprint}.")

        assert news() == [("Ana", "New alert: b.", 4)]
        assert not EscalationEntry.objects.filter(event="ack_timeout").exists()

    def test_is_on_the_timeline_and_is_no_first_page(self, ticket: Ticket, ana: Any) -> None:
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        self.tell(ticket)
        page = Page.objects.select_related("user", "escalation").get(purpose="news")
        page.state, page.accepted_at = "accepted", minutes(3)

        record_page(page=page, at=minutes(3))

        ticket.refresh_from_db()
        assert ticket.alerted_at is None
        assert ticket.timeline.filter(text="Ana was told by text message: 2 new alerts.").exists()


def test_a_higher_urgency_is_on_the_timeline(ticket: Ticket, severe: Severity) -> None:
    escalation.fire_due(at=NOON)
    raise_to(ticket, severe)

    entry = EscalationEntry.objects.select_related("escalation").get(event="urgency")
    record_escalation_entry(entry=entry, at=entry.at)

    assert ticket.timeline.filter(text="The notification urgency is high now.").exists()
