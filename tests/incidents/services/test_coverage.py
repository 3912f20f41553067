"""Who is on call for each service: by which schedule, since and until when, and who is next."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import Service
from incidents.services import coverage
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Any]:
    return [make.UserFactory(name=name) for name in ("Ana Silva", "Bob Martin")]


def answers(at: Any = make.NOON) -> list[coverage.ServiceCoverage]:
    return coverage.list_coverage(Service.objects.select_related("team").order_by("name"), at=at)


class TestWhoAnswers:
    def test_names_the_schedule_and_both_handoffs(self, people: list[Any]) -> None:
        """R-E4: the first step that reaches somebody; times of the one resolver (R-F6)."""
        schedule = make.weekly_schedule(*people, name="Shop primary")
        make.ServiceFactory(escalation_policy=make.policy(make.ScheduleFactory(), [schedule, people[0]]))

        [covered] = answers()

        by_schedule, by_name = covered.stints
        assert by_schedule.schedule == schedule
        assert by_schedule.people == (people[1],)
        assert by_schedule.starts_at == make.NOON - timedelta(hours=3)
        assert by_schedule.ends_at == make.NOON + timedelta(days=7, hours=-3)
        assert by_schedule.following == (people[0],)
        assert (by_name.people, by_name.schedule, by_name.ends_at) == ((people[0],), None, None)
        assert covered.names == ("Bob Martin", "Ana Silva")

    def test_falls_back_on_managers_and_shows_holes(self, people: list[Any]) -> None:
        make.MembershipFactory(team=make.ServiceFactory(name="A").team, user=people[0], role="manager")
        make.ServiceFactory(name="B")

        assert [row.names for row in answers()] == [("Ana Silva",), ()]

    def test_asks_as_often_for_ten_services_as_for_one(self, people: list[Any]) -> None:
        def one_more() -> None:
            make.ServiceFactory(escalation_policy=make.policy(make.weekly_schedule(*people)))

        one_more()
        with CaptureQueriesContext(connection) as for_one:
            answers()
        for _ in range(9):
            one_more()
        with CaptureQueriesContext(connection) as for_ten:
            assert len(answers()) == 10

        assert len(for_ten) == len(for_one) <= 20


class TestPages:
    @pytest.fixture
    def shop(self, people: list[Any]) -> Any:
        return make.ServiceFactory(
            name="Checkout", slug="checkout", escalation_policy=make.policy(make.weekly_schedule(*people, name="Shop"))
        )

    def test_tell_it_at_any_moment(self, client: Client, people: list[Any], shop: Any) -> None:
        client.force_login(people[0])

        page = client.get("/on-call/", {"at": "2026-06-01T08:59"}).content.decode()
        later = client.get("/on-call/", {"at": "2026-06-01T09:00"}).content.decode()

        assert "On call on Mon 1 Jun 2026, 08:59 UTC" in page
        row, later_row = (text[text.index('data-label="On call"') :] for text in (page, later))
        assert row.index("<strong>Ana Silva") < row.index("Bob Martin")
        assert later_row.index("<strong>Bob Martin") < later_row.index("Ana Silva")

    def test_say_what_is_no_moment_and_show_now(self, client: Client, people: list[Any], shop: Any) -> None:
        client.force_login(people[0])

        response = client.get("/on-call/", {"at": "soon"})

        assert response.status_code == 200
        assert "The page shows now" in response.content.decode()

    def test_are_one_call_of_the_api(self, people: list[Any], shop: Any) -> None:
        client = client_of(make.UserFactory(roles=[Role.AGENT]))

        answer = client.get("/api/v1/on-call/services/", {"at": "2026-06-01T08:59:30Z"}).json()

        [service] = answer["services"]
        [stint] = service["stints"]
        assert (service["service"], stint["schedule"]) == ("checkout", "Shop")
        assert [person["name"] for person in stint["people"]] == ["Ana Silva"]
        assert [person["name"] for person in stint["next"]] == ["Bob Martin"]
        assert (stint["starts_at"], stint["ends_at"]) == ("2026-05-25T09:00:00Z", "2026-06-01T09:00:00Z")
        assert client.get("/api/v1/on-call/services/", {"at": "soon"}).status_code == 400
