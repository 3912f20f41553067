"""People and teams over the API: found by address and by slug."""

from typing import Any

import pytest

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(roles=[Role.RESPONDER]))


class TestUsers:
    def test_show_the_address_by_which_they_are_found_in_any_case(self, client: Any) -> None:
        ana = make.UserFactory(email="ana@example.com")
        make.UserFactory(email="ana.maria@example.com")

        rows = client.get("/api/v1/users/", {"email": "ANA@example.com"}).json()["results"]

        assert [(row["id"], row["email"]) for row in rows] == [(ana.pk, "ana@example.com")]

    def test_are_named_by_their_address_where_an_id_is_taken(self, client: Any) -> None:
        ana = make.UserFactory(email="ana@example.com")
        incident = make.IncidentFactory()
        url = f"/api/v1/incidents/{incident.reference}/assign/"

        assert client.post(url, {"assignee": "Ana@example.com"}, format="json").json()["assignee"]["id"] == ana.pk
        refused = client.post(url, {"assignee": "bo@example.com"}, format="json")
        assert refused.status_code == 400
        assert "bo@example.com" in refused.json()["fields"]["assignee"][0]

    def test_find_the_owner_of_a_token(self) -> None:
        person = make.MembershipFactory().user

        row = client_of(person).get("/api/v1/users/me/").json()

        assert (row["id"], len(row["teams"])) == (person.pk, 1)


class TestTeams:
    def test_have_an_address_by_slug_and_by_id(self, client: Any) -> None:
        team = make.TeamFactory(slug="payments")

        by_slug, by_id = (client.get(f"/api/v1/teams/{key}/") for key in ("payments", team.pk))

        assert by_slug.json() == by_id.json()
        assert by_slug.json()["slug"] == "payments"
        assert client.get("/api/v1/teams/nobody/").status_code == 404
