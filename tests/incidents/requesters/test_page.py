"""The page of a requester: who they are and their tickets, for those who may see requesters."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> Any:
    return make.ContactFactory(name="Priya Nair", email="priya@northgate.example", phone="+44 117 496 0120")


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.AGENT]))
    return client


def page_of(client: Client, requester: Any) -> str:
    answer = client.get(f"/requesters/{requester.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


class TestRequesterPage:
    def test_shows_who_they_are_and_makes_a_ticket_for_them(self, desk: Client, priya: Any) -> None:
        make.SeverityFactory()
        page = page_of(desk, priya)

        assert "priya@northgate.example" in page
        assert "+44 117 496 0120" in page
        assert f'href="/tickets/new/?requester={priya.pk}"' in page
        assert "New ticket for Priya Nair" in page
        assert 'value="Priya Nair"' in desk.get(f"/tickets/new/?requester={priya.pk}").content.decode()

    def test_parts_open_tickets_from_earlier_ones(self, desk: Client, priya: Any) -> None:
        make.IncidentFactory(requester=priya, title="It is dark")
        make.IncidentFactory(title="Also dark").affected_contacts.add(priya)
        make.IncidentFactory(
            requester=priya, title="It was loud", status="closed", closed_at=make.NOON, closure_code="solved"
        )
        make.IncidentFactory(title="Of nobody")

        still_open, earlier = page_of(desk, priya).split("<h2>Earlier</h2>")

        assert "It is dark" in still_open
        assert "Also dark" in still_open
        assert "It was loud" in earlier
        assert "Of nobody" not in still_open + earlier

    def test_shows_no_private_ticket(self, desk: Client, priya: Any) -> None:
        make.IncidentFactory(requester=priya, title="Payroll leak", visibility="private", visibility_reason="HR")

        assert "Payroll leak" not in page_of(desk, priya)

    def test_is_for_those_who_may_see_requesters(self, client: Client, priya: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))

        assert client.get(f"/requesters/{priya.pk}/").status_code == 403

    def test_is_where_the_search_leads(self, desk: Client, priya: Any) -> None:
        assert f'href="/requesters/{priya.pk}/"' in desk.get("/search/?q=priya").content.decode()

    def test_costs_the_same_for_many_tickets(self, desk: Client, priya: Any) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                page_of(desk, priya)
            return len(queries)

        make.IncidentFactory(requester=priya)
        few = count()
        make.IncidentFactory.create_batch(5, requester=priya)

        assert count() == few
