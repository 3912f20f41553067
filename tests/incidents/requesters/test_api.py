"""Requesters over REST: found, added, corrected, and named in tickets."""

from typing import Any

import pytest

from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from incidents.models import Contact, Ticket
from oncall.models import Escalation
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


@pytest.fixture
def priya() -> Any:
    return make.ContactFactory(name="Priya Nair", email="priya@northgate.example", phone="+44 117 496 0120")


@pytest.fixture
def service() -> Any:
    make.SeverityFactory(rank=1, pages=True)
    policy = make.policy(make.person_with_phone("Ana"))
    return make.ServiceFactory(slug="checkout", team=policy.team, escalation_policy=policy)


class TestRequesters:
    @pytest.mark.parametrize("words", ["0117 496", "117496", "nair", "priya@"])
    def test_are_found(self, agent: Any, priya: Any, words: str) -> None:
        make.ContactFactory()

        rows = client_of(agent).get("/api/v1/contacts/", {"search": words}).json()["results"]

        assert [row["id"] for row in rows] == [priya.pk]

    def test_are_added_and_corrected(self, agent: Any) -> None:
        client = client_of(agent, [Scope.READ, Scope.DECLARE])

        added = client.post("/api/v1/contacts/", {"name": "Jo New", "phone": "0117"}, format="json")
        corrected = client.patch(f"/api/v1/contacts/{added.json()['id']}/", {"name": "Jo Newman"}, format="json")

        assert (added.status_code, corrected.status_code) == (201, 200)
        assert (corrected.json()["name"], corrected.json()["phone"]) == ("Jo Newman", "0117")
        assert Contact.objects.get().history.count() == 2

    def test_have_one_address_each(self, agent: Any, priya: Any) -> None:
        answer = client_of(agent).post(
            "/api/v1/contacts/", {"name": "P.", "email": "Priya@northgate.example"}, format="json"
        )

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["email"])
        assert "Priya Nair has this address already" in str(answer.json()["fields"])

    def test_are_for_those_who_may_see_them(self, priya: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.RESPONDER]))

        assert client.post("/api/v1/contacts/", {"name": "Jo"}, format="json").status_code == 403
        assert client.patch(f"/api/v1/contacts/{priya.pk}/", {"name": "Jo"}, format="json").status_code == 403


class TestTickets:
    def test_are_opened_for_a_requester_by_id_and_page_nobody(self, agent: Any, priya: Any, service: Any) -> None:
        answer = client_of(agent).post(
            "/api/v1/incidents/",
            {"title": "It is dark", "service": "checkout", "page": False, "requester": {"id": priya.pk},
             "asset_name": "BRS-12"},
            format="json",
        )  # fmt: skip

        assert answer.status_code == 201
        assert (answer.json()["requester"]["id"], answer.json()["asset_name"]) == (priya.pk, "BRS-12")
        assert not Escalation.objects.exists()

    def test_take_no_id_of_a_requester_whom_the_caller_may_not_see(self, priya: Any, service: Any) -> None:
        answer = client_of(make.UserFactory()).post(
            "/api/v1/incidents/",
            {"title": "It is dark", "service": "checkout", "requester": {"id": priya.pk}},
            format="json",
        )

        assert answer.status_code == 400
        assert not Ticket.objects.exists()

    def test_get_and_lose_a_requester(self, agent: Any, priya: Any) -> None:
        ticket, client = make.IncidentFactory(), client_of(agent)
        address = f"/api/v1/incidents/{ticket.reference}"

        client.post(f"{address}/add_requester/", {"requester": {"id": priya.pk}}, format="json")
        added = client.get(f"{address}/added_requesters/").json()
        again = client.post(f"{address}/add_requester/", {"requester": {"id": priya.pk}}, format="json")
        client.post(f"{address}/remove_requester/", {"requester": priya.pk}, format="json")

        assert [row["id"] for row in added] == [priya.pk]
        assert again.status_code == 409
        assert not ticket.affected_contacts.exists()

    def test_hide_who_was_added_from_those_who_may_not_see_the_requester(self, priya: Any) -> None:
        ticket = make.IncidentFactory()
        ticket.affected_contacts.add(priya)

        answer = client_of(make.UserFactory(roles=[Role.RESPONDER])).get(
            f"/api/v1/incidents/{ticket.reference}/added_requesters/"
        )

        assert answer.json() == []
