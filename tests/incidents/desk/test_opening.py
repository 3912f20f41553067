"""A call becomes a ticket that pages nobody, unless the agent chooses to; what is solved is closed at once."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.desk.opening import Call, open_ticket, solve_at_once
from incidents.models import EntryKind, Ticket
from incidents.tickets.locking import TicketRefused
from oncall.models import Escalation, WorkInterval
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Marta")


@pytest.fixture
def service() -> Any:
    policy = make.policy(make.person_with_phone("Ana"))
    return make.ServiceFactory(team=policy.team, escalation_policy=policy)


@pytest.fixture
def loud() -> Any:
    """A severity that pages, proposed for what hits many."""
    severity = make.SeverityFactory(rank=1, pages=True)
    make.PriorityRuleFactory(impact=1, urgency=1, priority=1, severity=severity)
    return severity


class TestOpenTicket:
    def test_pages_nobody_even_if_its_severity_pages(self, agent: Any, service: Any, loud: Any) -> None:
        call = Call("Card payment declined", service=service, impact=1, urgency=1)

        ticket = open_ticket(call=call, actor=agent, at=NOON)

        assert not Escalation.objects.exists()
        assert (ticket.severity, ticket.priority, ticket.status) == (loud, 1, "new")
        assert (ticket.contact_type, ticket.opened_by, ticket.team) == ("phone", agent, service.team)

    def test_pages_its_team_if_the_agent_chooses_to_even_if_its_severity_does_not(
        self, agent: Any, service: Any
    ) -> None:
        make.SeverityFactory(rank=4, pages=False)

        ticket = open_ticket(call=Call("A typo", service=service), actor=agent, at=NOON, page=True)

        assert ticket.responses.get().team == service.team

    def test_keeps_what_was_said(self, agent: Any, service: Any) -> None:
        make.SeverityFactory()
        priya = make.ContactFactory()
        call = Call(
            "It is dark", requester=priya, service=service, category="Screen", contact_type="chat",
            description="Since today.", affected_customers="Acme", asset_type="Screen", asset_name="BRS-12",
            asset_external_id="cmdb:4", asset_url="https://assets.example.org/4",
            visibility="private", visibility_reason="Personal data",
        )  # fmt: skip

        ticket = open_ticket(call=call, actor=agent, at=NOON)

        assert {name: getattr(ticket, name) for name in vars(call) if name not in {"team", "custom_fields"}} == {
            name: value for name, value in vars(call).items() if name not in {"team", "custom_fields"}
        }

    def test_goes_to_the_chosen_team_else_that_of_the_service_else_the_desk_of_the_agent(
        self, agent: Any, service: Any
    ) -> None:
        make.SeverityFactory()
        desk, other = make.TeamFactory(kind="service_desk"), make.TeamFactory()
        make.MembershipFactory(user=agent, team=make.TeamFactory(name="A product"))
        make.MembershipFactory(user=agent, team=desk)
        calls = [Call("A", service=service, team=other), Call("B", service=service), Call("C")]

        teams = [open_ticket(call=call, actor=agent, at=NOON).team for call in calls]

        assert teams == [other, service.team, desk]

    def test_is_refused_where_no_team_can_be_found(self, agent: Any) -> None:
        make.SeverityFactory()

        with pytest.raises(TicketRefused) as refusal:
            open_ticket(call=Call("It is dark"), actor=agent, at=NOON)

        assert refusal.value.field == "team"
        assert not Ticket.objects.exists()


class TestSolveAtOnce:
    def test_restores_and_closes_as_solved_by_the_agent(self, agent: Any, service: Any) -> None:
        make.SeverityFactory(needs_prevention=False)

        ticket = solve_at_once(call=Call("Forgot it", service=service), note="Reset it.", actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert (ticket.status, ticket.closure_code, ticket.closure_note) == ("closed", "solved", "Reset it.")
        assert (ticket.assignee, ticket.restored_at, ticket.closed_at) == (agent, NOON, NOON)
        assert not Escalation.objects.exists()
        assert not WorkInterval.objects.filter(ended_at=None).exists()
        assert ticket.timeline.filter(kind=EntryKind.STATUS, text__contains="Reset it.").exists()

    def test_leaves_open_what_still_needs_prevention(self, agent: Any, service: Any) -> None:
        make.SeverityFactory(needs_prevention=True)

        ticket = solve_at_once(call=Call("It fell over", service=service), note="Restarted.", actor=agent, at=NOON)

        ticket.refresh_from_db()
        assert (ticket.status, ticket.closure_code) == ("restored", "")

    def test_is_all_or_nothing(self, agent: Any) -> None:
        with pytest.raises(TicketRefused):
            solve_at_once(call=Call("It fell over"), note="Restarted.", actor=agent, at=NOON + timedelta(hours=1))

        assert not Ticket.objects.exists()
