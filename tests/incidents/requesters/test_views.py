"""VIP mark and location of requesters: on the list, in its CSV, in the API, and beside what they reported."""

from typing import Any

import pytest
from django.test import Client

from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from incidents import response
from incidents.models import Contact
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LIST = "/requesters/"


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


@pytest.fixture
def reading(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def vera() -> Contact:
    make.ContactFactory(name="Otto Other", location="Berlin")
    return make.ContactFactory(name="Vera Very", is_vip=True, location="Oslo, room 4")


class TestList:
    @pytest.mark.parametrize("query", ["is_vip=true", "location=OSLO", "search=oslo"])
    def test_is_filtered_by_both(self, reading: Client, vera: Contact, query: str) -> None:
        page = reading.get(f"{LIST}?{query}").content.decode()

        assert ("Vera Very" in page, "Otto Other" in page) == (True, False)

    def test_has_both_in_its_csv(self, reading: Client, vera: Contact) -> None:
        lines = reading.get(f"{LIST}?export=csv&is_vip=true").content.decode().splitlines()

        assert lines[1].split(",")[:2] == ["Vera Very", "True"]
        assert "Oslo, room 4" in lines[1]


class TestTicketPage:
    def test_shows_both_to_whom_it_shows_the_requester(self, reading: Client, vera: Contact) -> None:
        ticket = response.declare(
            title="No mail", service=make.ServiceFactory(), severity=make.SeverityFactory(), requester=vera, at=NOON
        )

        page = reading.get(ticket.get_absolute_url()).content.decode()
        other = Client()
        other.force_login(make.UserFactory())
        hidden = other.get(ticket.get_absolute_url()).content.decode()

        assert "VIP: handle with care" in page
        assert "Oslo, room 4" in page
        assert "VIP: handle with care" not in hidden
        assert "Oslo" not in hidden


class TestApi:
    def test_shows_and_filters_by_both(self, agent: Any, vera: Contact) -> None:
        answer = client_of(agent, [Scope.READ]).get("/api/v1/contacts/?is_vip=true&location=oslo").json()
        (row,) = answer["results"]

        assert (row["name"], row["is_vip"], row["location"]) == ("Vera Very", True, "Oslo, room 4")

    def test_takes_the_location_of_a_new_requester(self, agent: Any) -> None:
        body = {
            "title": "No mail", "service": make.ServiceFactory().slug, "severity": make.SeverityFactory().name,
            "requester": {"name": "Nora", "email": "nora@example.org", "location": "Bergen"},
        }  # fmt: skip

        answer = client_of(agent).post("/api/v1/incidents/", body, format="json")

        assert answer.status_code == 201
        assert answer.json()["requester"]["location"] == "Bergen"
        assert answer.json()["requester"]["is_vip"] is False


class TestDeclareForm:
    def test_keeps_the_location(self, reading: Client) -> None:
        reading.post(
            "/incidents/declare/",
            {
                "title": "No mail", "service": make.ServiceFactory().pk, "severity": make.SeverityFactory().pk,
                "contact_type": "phone", "requester_name": "Nora", "requester_location": "Bergen",
            },
        )  # fmt: skip

        assert Contact.objects.get(name="Nora").location == "Bergen"
