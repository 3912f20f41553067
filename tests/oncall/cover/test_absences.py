"""Time off: on the own page, over the API, and as warnings of the rota (R-V6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from oncall import schedules
from oncall.cover import absences
from oncall.models import Absence
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana", time_zone="Europe/Lisbon")


class TestMyPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client: Client, ana: Any) -> None:
        client.force_login(ana)
        self.client = client

    def test_takes_whole_days_in_my_time_zone(self) -> None:
        self.client.post("/me/time-off/", {"first": "2027-03-27", "last": "2027-03-28", "note": "Hiking"})

        row = Absence.objects.get()
        assert row.starts_at == datetime(2027, 3, 27, tzinfo=UTC)
        assert row.ends_at == datetime(2027, 3, 28, 23, tzinfo=UTC)  # the clocks go forward in that night

    def test_takes_a_part_of_a_day(self) -> None:
        self.client.post(
            "/me/time-off/", {"first": "2027-07-01", "first_time": "09:00", "last": "2027-07-01", "last_time": "12:30"}
        )

        row = Absence.objects.get()
        assert (row.starts_at.hour, row.ends_at.hour, row.ends_at.minute) == (8, 11, 30)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"first": "2027-03-02", "last": "2027-03-01"}, "must not come before the first"),
            ({"first": "2027-03-02", "last": "2029-03-01"}, "more than 400 days"),
            ({"first": "0001-03-02", "last": "2029-03-01"}, "between the years 2000 and 2100"),
            (
                {"first": "2027-03-02", "last": "2027-03-02", "first_time": "10:00", "last_time": "09:00"},
                "must come after the start",
            ),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, data: dict[str, str], message: str) -> None:
        answer = self.client.post("/me/time-off/", data)

        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert data["last"] in answer.content.decode()
        assert not Absence.objects.exists()

    def test_warns_where_i_am_on_call_and_changes_nothing(self, ana: Any) -> None:
        schedule = make.weekly_schedule(ana, name="Shop primary")
        at = floor_minute(timezone.now())
        absences.add_absence(user=ana, starts_at=at + DAY, ends_at=at + 2 * DAY, at=at)

        page = self.client.get("/me/time-off/").content.decode()

        assert "You are on call during your time off" in page
        assert f"/schedules/{schedule.pk}/swap/?starts_at=" in page
        [roster] = schedules.load_at(at + DAY, ids=[schedule.pk])
        assert schedules.on_call(roster, at=at + DAY).users == (ana,)

    def test_cancels_own_time_off_only(self, ana: Any) -> None:
        own_absence, other_absence = make.AbsenceFactory(user=ana), make.AbsenceFactory()

        self.client.post(f"/me/time-off/{own_absence.pk}/cancel/")
        refused = self.client.post(f"/me/time-off/{other_absence.pk}/cancel/")

        assert refused.status_code == 403
        assert Absence.objects.filter(cancelled_at__isnull=False).get() == own_absence


class TestEndpoint:
    @pytest.fixture(autouse=True)
    def _program(self) -> None:
        self.client = client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))

    def put(self, person: Any, **changed: Any) -> Any:
        body = {
            "user": person.pk,
            "starts_at": "2027-03-01T00:00:00Z",
            "ends_at": "2027-03-03T00:00:00Z",
            "note": "",
        } | changed
        return self.client.put("/api/v1/absences/external/hr:4711/", body, format="json")

    def test_puts_the_same_twice_and_has_one(self, ana: Any) -> None:
        first, second = self.put(ana), self.put(ana)

        assert first.status_code == second.status_code == 200, first.content
        assert first.json() == second.json()
        assert Absence.objects.count() == 1

    def test_puts_a_change(self, ana: Any) -> None:
        self.put(ana)
        self.put(ana, ends_at="2027-03-09T00:00:00Z")

        assert Absence.objects.get().ends_at.day == 9

    def test_does_not_give_time_off_to_another_person(self, ana: Any) -> None:
        self.put(ana)

        assert "user" in self.put(make.UserFactory()).json()["fields"]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"starts_at": "2027-03-01T00:00:20Z"}, "starts_at"),
            ({"ends_at": "2027-02-01T00:00:00Z"}, "ends_at"),
            ({"ends_at": "2029-02-01T00:00:00Z"}, "ends_at"),
            ({"starts_at": "2027-03-01T00:00:00"}, "starts_at"),
        ],
    )
    def test_names_what_is_wrong(self, ana: Any, changed: dict[str, str], field: str) -> None:
        answer = self.put(ana, **changed)

        assert answer.status_code == 400
        assert answer.json()["fields"][field][0].endswith(".")

    def test_lets_people_enter_their_own_time_off_only(self, ana: Any) -> None:
        self.client = client_of(ana)

        assert self.put(ana).status_code == 200
        assert self.put(make.UserFactory()).status_code == 403

    def test_lets_a_team_s_manager_write_for_its_people(self, ana: Any) -> None:
        lead = make.MembershipFactory(role="manager")
        make.MembershipFactory(team=lead.team, user=ana)
        self.client = client_of(lead.user)

        assert self.put(ana).status_code == 200

    def test_posts_and_cancels(self, ana: Any) -> None:
        body = {"user": ana.pk, "starts_at": "2027-03-01T00:00:00Z", "ends_at": "2027-03-03T00:00:00Z"}

        created = self.client.post("/api/v1/absences/", body, format="json")
        cancelled = self.client.post(f"/api/v1/absences/{created.json()['id']}/cancel/")

        assert (created.status_code, cancelled.status_code) == (201, 200)
        assert cancelled.json()["cancelled_at"]
