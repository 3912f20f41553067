"""The demo's company: believable, whole, and unable to page anyone by itself."""

import pytest

from config.demo import company
from incidents.models import Ticket
from oncall import escalation, paging, schedules
from oncall.models import Escalation, Page, Team, User
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def found():
    return company.load(at=NOON)


class TestLoad:
    def test_makes_two_teams_of_eight_people_and_a_past(self, found):
        assert (Team.objects.count(), User.objects.count()) == (2, 8)
        assert Ticket.objects.incidents().count() > 50
        assert {user["role"] for user in found["users"]} >= {"Administrator", "Service desk agent", "Responder"}

    def test_gives_sign_ins_that_work(self, found, client):
        for user in found["users"]:
            assert client.login(email=user["email"], password=user["password"])
            answer = client.get("/api/v1/incidents/", headers={"Authorization": f"Bearer {user['api_token']}"})
            assert answer.status_code == 200

    def test_does_nothing_the_second_time(self, found):
        assert company.load(at=NOON) is None

    def test_has_somebody_on_call_at_any_time(self, found):
        for schedule in schedules.load():
            assert schedules.on_call(schedule, at=NOON).users

    def test_leaves_nothing_that_could_page(self, found):
        assert escalation.fire_due(at=NOON) == 0
        assert paging.claim_jobs(at=NOON, limit=100) == []
        assert not Escalation.objects.running().exists()
        assert not Page.objects.unsent().exists()
