"""Other services at risk (S34): the map proposes, a person chooses, each owner team gets one action item."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import ActionItem, Service, Ticket
from incidents.response import TicketRefused
from problems.investigation import at_risk
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DUE = date(2026, 6, 15)


def service(name: str, *needs: Service, **fields: Any) -> Service:
    row = make.ServiceFactory(name=name, slug=name.lower(), **fields)
    for needed in needs:
        make.ServiceDependencyFactory(service=row, needs=needed)
    return row


@pytest.fixture
def company() -> dict[str, Service]:
    """Web needs Shop needs Checkout needs Database; Billing needs Database too, Mail needs none of them."""
    web_team = make.TeamFactory(name="Web", slug="web")
    database = service("Database")
    checkout = service("Checkout", database)
    shop = service("Shop", checkout, team=web_team)
    web = service("Web", shop, team=web_team)
    billing, mail = service("Billing", database), service("Mail")
    make.ServiceDependencyFactory(service=shop, needs=web)  # a circle, as maps have them
    return {row.name: row for row in (database, checkout, shop, web, billing, mail)}


@pytest.fixture
def problem(company: dict[str, Service]) -> Ticket:
    return Ticket.objects.get(pk=make.ProblemFactory(service=company["Checkout"]).pk)


def name(problem: Ticket, *services: Service, **fields: Any) -> Ticket:
    defaults: dict[str, Any] = {"due_on": DUE, "actor": make.UserFactory(), "at": NOON}
    return at_risk.name_services(problem_id=problem.pk, services=services, **defaults | fields)


class TestPropose:
    def test_says_who_needs_it_and_who_needs_the_same(self, problem: Ticket) -> None:
        reasons = {proposal.service.name: proposal.because for proposal in at_risk.propose(problem)}

        assert reasons == {
            "Shop": "needs Checkout",
            "Web": "needs Checkout through Shop",
            "Billing": "needs Database, as Checkout does",
        }

    def test_leaves_out_what_is_named(self, problem: Ticket, company: dict[str, Service]) -> None:
        name(problem, company["Shop"])

        assert "Shop" not in {proposal.service.name for proposal in at_risk.propose(problem)}

    def test_proposes_nothing_without_a_service(self) -> None:
        problem = make.ProblemFactory(service=None, team=make.TeamFactory())

        assert at_risk.propose(problem) == []

    def test_asks_three_questions_however_long_the_chain(self, problem: Ticket, company: dict[str, Service]) -> None:
        below = company["Web"]
        for number in range(20):
            below = service(f"S{number}", below)

        with CaptureQueriesContext(connection) as queries:
            proposals = at_risk.propose(problem)

        assert len(proposals) == 23
        assert len(queries) == 3


class TestNameServices:
    def test_opens_one_action_for_each_owner_team(self, problem: Ticket, company: dict[str, Service]) -> None:
        name(problem, company["Shop"], company["Web"], company["Billing"])

        rows = {row.team.name: row for row in ActionItem.objects.select_related("team") if row.team}
        assert set(rows) == {"Web", company["Billing"].team.name}
        assert rows["Web"].title == (
            f"Find out whether Shop and Web can fail as in {problem.reference}, and prevent it"
        )
        assert rows["Web"].due_on == DUE
        assert "Other services at risk: Billing, Shop, Web." in set(problem.timeline.values_list("text", flat=True))

    def test_gives_no_team_a_second_action_item(self, problem: Ticket, company: dict[str, Service]) -> None:
        name(problem, company["Shop"])
        name(problem, company["Shop"], company["Billing"])

        assert ActionItem.objects.count() == 2
        with pytest.raises(TicketRefused, match="not named yet"):
            name(problem, company["Shop"], company["Checkout"])

    def test_fits_many_names_into_a_title(self, problem: Ticket, company: dict[str, Service]) -> None:
        team = make.TeamFactory()
        name(problem, *[make.ServiceFactory(name=f"{n} {'long ' * 15}".strip(), team=team) for n in range(9)])

        assert "and 7 more" in ActionItem.objects.get().title

    def test_refuses_a_day_that_is_over_and_a_closed_problem(
        self, problem: Ticket, company: dict[str, Service]
    ) -> None:
        with pytest.raises(TicketRefused, match="day is in the past"):
            name(problem, company["Shop"], due_on=date(2026, 5, 31))
        Ticket.objects.filter(pk=problem.pk).update(status="closed", closed_at=NOON, closure_code="cancelled")
        with pytest.raises(TicketRefused, match="closed"):
            name(problem, company["Shop"])


class TestPage:
    def test_offers_chooses_and_shows(self, client: Client, problem: Ticket, company: dict[str, Service]) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        url = problem.get_absolute_url()
        assert "Proposed: " in client.get(url).content.decode()
        assert "needs Checkout through Shop" in client.get(f"{url}name-services/").content.decode()

        answer = client.post(
            f"{url}name-services/",
            {"services": [company["Shop"].pk], "more": [company["Mail"].pk], "due_on": "2036-06-15"},
        )

        assert answer["Location"] == url
        assert ActionItem.objects.count() == 2
        assert 'href="/services/mail/"' in client.get(url).content.decode()

    def test_asks_for_at_least_one(self, client: Client, problem: Ticket) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))

        answer = client.post(f"{problem.get_absolute_url()}name-services/", {"due_on": "2036-06-15"})

        assert answer.status_code == 422
        assert "at least one service" in answer.content.decode()

    def test_is_for_those_who_act(self, client: Client, problem: Ticket) -> None:
        client.force_login(make.UserFactory())

        assert client.get(f"{problem.get_absolute_url()}name-services/").status_code == 403


class TestEndpoint:
    def test_proposes_and_names(self, problem: Ticket, company: dict[str, Service]) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]))
        url = f"/api/v1/problems/{problem.reference}/"

        proposed = client.get(f"{url}at_risk/").json()
        named = client.post(f"{url}name_services/", {"services": ["shop"], "due_on": "2036-06-15"}, format="json")

        assert {"service": "shop", "team": "web", "because": "needs Checkout"} in proposed
        assert named.status_code == 200
        assert named.json()["services_at_risk"] == ["shop"]
        assert ActionItem.objects.get().team.slug == "web"  # type: ignore[union-attr]
