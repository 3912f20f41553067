"""The page of a person: their teams, whether they are on call, and their open tickets, as the reader may see them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Any:
    return make.MembershipFactory(user__name="Ana Ruiz", team__name="Checkout").user


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.RESPONDER]))
    return client


def page_of(client: Client, person: Any) -> str:
    answer = client.get(f"/people/{person.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


class TestPersonPage:
    def test_names_teams_and_mail(self, reader: Client, ana: Any) -> None:
        page = page_of(reader, ana)

        assert "Checkout" in page
        assert f'href="mailto:{ana.email}"' in page
        assert "Not on call now." in page

    def test_says_what_they_are_on_call_for(self, reader: Client, ana: Any) -> None:
        make.weekly_schedule(ana, name="Primary")

        assert "<strong>Now</strong>" in page_of(reader, ana)
        assert "Primary" in page_of(reader, ana)

    def test_shows_how_they_are_reached_to_who_may_see_that(self, reader: Client, ana: Any) -> None:
        make.ContactMethodFactory(user=ana, address="+4930555")
        administrator = Client()
        administrator.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))

        assert "+4930555" not in page_of(reader, ana)
        assert "+4930555" in page_of(administrator, ana)

    def test_lists_open_tickets_that_the_reader_may_see(self, reader: Client, ana: Any) -> None:
        make.IncidentFactory(assignee=ana, title="It is dark")
        make.IncidentFactory(assignee=ana, title="Payroll leak", visibility="private", visibility_reason="HR")
        make.IncidentFactory(title="Of nobody")

        page = page_of(reader, ana)

        assert "It is dark" in page
        assert "Payroll leak" not in page
        assert "Of nobody" not in page

    def test_leads_to_the_requester_only_for_who_may_see_them(self, reader: Client, ana: Any) -> None:
        requester = make.ContactFactory(user=ana)
        agent = Client()
        agent.force_login(make.UserFactory(roles=[Role.AGENT]))

        assert f'href="/requesters/{requester.pk}/"' in page_of(agent, ana)
        assert f'href="/requesters/{requester.pk}/"' not in page_of(reader, ana)

    def test_is_where_the_search_and_the_list_lead(self, reader: Client, ana: Any) -> None:
        assert f'href="/people/{ana.pk}/"' in reader.get("/search/?q=ruiz").content.decode()
        assert f'href="/people/{ana.pk}/"' in reader.get("/people/").content.decode()

    def test_is_of_people_alone(self, reader: Client) -> None:
        assert reader.get(f"/people/{make.ServiceAccountFactory().user.pk}/").status_code == 404

    def test_costs_the_same_for_many_tickets(self, reader: Client, ana: Any) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                page_of(reader, ana)
            return len(queries)

        make.IncidentFactory(assignee=ana)
        few = count()
        make.IncidentFactory.create_batch(5, assignee=ana)

        assert count() == few
