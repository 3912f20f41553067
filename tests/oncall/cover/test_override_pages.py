"""Overrides in the portal and over the API: cover, take the pager, add, cancel, and errors (R-O1, R-O2)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from oncall import schedules
from oncall.models import Override
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LISBON = ZoneInfo("Europe/Lisbon")


class Shop:
    """Ana and Ben take turns in Berlin; Ben reads in Lisbon. Mia manages, Sam is not in the team."""

    def __init__(self) -> None:
        self.ana = make.UserFactory(name="Ana")
        self.ben = make.UserFactory(name="Ben", time_zone="Europe/Lisbon")
        self.schedule = make.team_schedule(self.ana, self.ben, zone="Europe/Berlin", name="Shop primary")
        self.mia = make.MembershipFactory(team=self.schedule.team, role="manager", user__name="Mia").user
        self.sam = make.UserFactory(name="Sam")
        self.now = floor_minute(timezone.now())

    def path(self, action: str) -> str:
        return f"/schedules/{self.schedule.pk}/{action}/"

    def on_call(self, at: datetime) -> list[str]:
        [roster] = schedules.load_at(at, ids=[self.schedule.pk])
        return [person.name for person in schedules.on_call(roster, at=at).users]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def as_ben(client: Client, shop: Shop) -> Client:
    client.force_login(shop.ben)
    return client


def typed(at: datetime) -> str:
    return at.astimezone(LISBON).strftime("%Y-%m-%dT%H:%M")


class TestCover:
    def test_takes_times_in_the_reader_s_time_zone(self, as_ben: Client, shop: Shop) -> None:
        start = shop.now + 2 * HOUR

        answer = as_ben.post(
            shop.path("cover"),
            {"out": shop.ana.pk, "starts_at": typed(start), "ends_at": typed(start + 4 * HOUR), "reason": "Dentist"},
        )

        row = Override.objects.get()
        assert answer["Location"] == row.get_absolute_url()
        assert (row.op, row.out, list(row.users.all()), row.created_by) == ("replace", shop.ana, [shop.ben], shop.ben)
        assert (row.starts_at, row.ends_at) == (start, start + 4 * HOUR)

    def test_shows_the_schedule_s_time_zone_beside_it(self, as_ben: Client, shop: Shop) -> None:
        page = as_ben.get(shop.path("cover")).content.decode()

        assert "Your time zone, Europe/Lisbon." in page
        assert "now in Europe/Berlin, the schedule" in page

    def test_is_filled_in_by_a_link(self, as_ben: Client, shop: Shop) -> None:
        start = shop.now + 2 * HOUR

        page = as_ben.get(shop.path("cover"), {"out": shop.ana.pk, "starts_at": start.isoformat()}).content.decode()

        assert f'value="{typed(start)}"' in page
        assert f'value="{shop.ana.pk}" selected' in page

    @pytest.mark.parametrize(
        ("start", "end", "message"),
        [
            (-3 * HOUR, HOUR, "The past cannot change"),
            (3 * HOUR, 2 * HOUR, "The end must come after the start."),
            (HOUR, timedelta(days=402), "more than 400 days"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(
        self, as_ben: Client, shop: Shop, start: timedelta, end: timedelta, message: str
    ) -> None:
        data = {"out": shop.ana.pk, "starts_at": typed(shop.now + start), "ends_at": typed(shop.now + end)}

        answer = as_ben.post(shop.path("cover"), data)

        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert answer.context["form"].errors.keys() <= {"starts_at", "ends_at"}
        assert data["starts_at"] in answer.content.decode()
        assert not Override.objects.exists()

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("2030-01-01T10:00:20", "without seconds"),
            ("soon", "This is not a date and time"),
            ("2030-13-01T10:00", "This is not a date and time"),
            ("9999-01-01T10:00", "from the years 2000 to 2099"),
        ],
    )
    def test_takes_times_to_the_minute(self, as_ben: Client, shop: Shop, value: str, message: str) -> None:
        answer = as_ben.post(
            shop.path("cover"), {"out": shop.ana.pk, "starts_at": value, "ends_at": "2030-01-01T12:00"}
        )

        assert message in str(answer.context["form"].errors["starts_at"])

    def test_reads_a_clock_that_shows_a_time_twice_or_never(self, as_ben: Client, shop: Shop) -> None:
        """Lisbon, 31 October 2027 and 28 March 2027: R-T3."""
        for start, end in (("2027-10-31T01:30", "2027-10-31T03:00"), ("2027-03-28T01:30", "2027-03-28T03:00")):
            as_ben.post(shop.path("cover"), {"out": shop.ana.pk, "starts_at": start, "ends_at": end})

        starts = [row.starts_at.strftime("%H:%M") for row in Override.objects.order_by("pk")]
        assert starts == ["00:30", "01:00"]

    def test_is_for_the_team(self, client: Client, shop: Shop) -> None:
        client.force_login(shop.sam)

        assert client.get(shop.path("cover")).status_code == 403
        assert client.post(shop.path("take"), {"hours": "2"}).status_code == 403


class TestTaking:
    def test_is_one_tap_from_the_next_minute_on(self, as_ben: Client, shop: Shop) -> None:
        make.weekly_schedule(shop.ana)

        answer = as_ben.post(shop.path("take"), {"hours": "2"}, follow=True)

        row = Override.objects.get()
        assert row.op == "set"
        assert row.ends_at - row.starts_at == 2 * HOUR
        assert timedelta(0) <= row.starts_at - shop.now <= timedelta(minutes=2)
        assert shop.on_call(row.starts_at) == ["Ben"]
        assert "You have the pager of Shop primary" in answer.content.decode()

    @pytest.mark.parametrize("hours", ["", "0", "-1", "999", "x", "1e9"])
    def test_has_a_length(self, as_ben: Client, shop: Shop, hours: str) -> None:
        answer = as_ben.post(shop.path("take"), {"hours": hours}, follow=True)

        assert "Choose for how many hours" in answer.content.decode()
        assert not Override.objects.exists()


class TestChange:
    def give(self, shop: Shop, **changed: Any) -> dict[str, Any]:
        start = shop.now + 2 * HOUR
        return {
            "op": "set",
            "users": [shop.sam.pk],
            "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (start + HOUR).strftime("%Y-%m-%dT%H:%M"),
        } | changed

    @pytest.mark.parametrize("op", ["set", "add", "remove"])
    def test_is_for_managers(self, client: Client, shop: Shop, op: str) -> None:
        client.force_login(shop.ben)
        assert client.get(shop.path("change")).status_code == 403

        client.force_login(shop.mia)
        answer = client.post(shop.path("change"), self.give(shop, op=op, users=[shop.ben.pk]))

        assert answer.status_code == 302
        assert Override.objects.get().op == op

    def test_says_beside_the_field_whom_it_needs(self, client: Client, shop: Shop) -> None:
        client.force_login(shop.mia)

        answer = client.post(shop.path("change"), self.give(shop, op="replace", users=[shop.ben.pk]))

        assert answer.context["form"].errors["out"] == ["Choose whom to replace."]


class TestCancelling:
    def test_does_not_change_the_past(self, as_ben: Client, shop: Shop) -> None:
        as_ben.post(shop.path("take"), {"hours": "2"})
        row = Override.objects.get()

        page = as_ben.get(row.get_absolute_url()).content.decode()
        as_ben.post(f"/overrides/{row.pk}/cancel/")

        row.refresh_from_db()
        assert "Cancel override" in page
        assert row.cancelled_by == shop.ben
        assert shop.on_call(row.ends_at - HOUR) == shop.on_call(row.ends_at)

    @pytest.mark.parametrize("is_cancelled", [True, False])
    def test_of_the_past_is_refused(self, client: Client, shop: Shop, is_cancelled: bool) -> None:
        row = make.OverrideFactory(
            schedule=shop.schedule,
            cancelled_at=shop.now if is_cancelled else None,
            ends_at=shop.now + HOUR if is_cancelled else make.NOON + HOUR,
        )
        client.force_login(shop.mia)

        answer = client.post(f"/overrides/{row.pk}/cancel/", follow=True)

        message = "already cancelled" if is_cancelled else "is over"
        assert message in answer.content.decode()

    def test_is_for_who_made_it_and_managers(self, client: Client, shop: Shop) -> None:
        row = make.OverrideFactory(schedule=shop.schedule, ends_at=shop.now + HOUR)
        client.force_login(shop.ben)

        assert client.post(f"/overrides/{row.pk}/cancel/").status_code == 403


class TestList:
    def test_is_narrowed_by_time_schedule_and_team(self, as_ben: Client, shop: Shop) -> None:
        past = make.OverrideFactory(schedule=shop.schedule, reason="Past one")
        make.OverrideFactory(schedule=shop.schedule, ends_at=shop.now + HOUR, reason="Coming one")
        make.OverrideFactory(ends_at=shop.now + HOUR, reason="Elsewhere")

        def visible(**query: Any) -> list[str]:
            page = as_ben.get("/overrides/", query).content.decode()
            return [reason for reason in ("Past one", "Coming one", "Elsewhere") if reason in page]

        assert visible(when="coming") == ["Coming one", "Elsewhere"]
        assert visible(when="past") == ["Past one"]
        assert visible(schedule=past.schedule_id) == ["Past one", "Coming one"]
        assert visible(team=shop.schedule.team.slug, when="coming") == ["Coming one"]


class TestEndpoint:
    def body(self, shop: Shop, **changed: Any) -> dict[str, Any]:
        start = shop.now + 2 * HOUR
        return {
            "schedule": shop.schedule.pk,
            "op": "replace",
            "users": [shop.ben.pk],
            "out": shop.ana.pk,
            "starts_at": start.isoformat(),
            "ends_at": (start + HOUR).isoformat(),
        } | changed

    def test_lets_members_cover_themselves(self, shop: Shop) -> None:
        client = client_of(shop.ben)

        created = client.post("/api/v1/overrides/", self.body(shop), format="json")
        other = client.post("/api/v1/overrides/", self.body(shop, users=[shop.sam.pk]), format="json")
        cancelled = client.post(f"/api/v1/overrides/{created.json()['id']}/cancel/")

        assert (created.status_code, other.status_code, cancelled.status_code) == (201, 403, 200), created.content
        assert created.json()["users"] == [{"id": shop.ben.pk, "name": "Ben"}]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"starts_at": "2026-01-01T00:00:00Z"}, "starts_at"),
            ({"starts_at": "2030-01-01T00:00:00Z"}, "ends_at"),
            ({"ends_at": "2030-01-01T00:00:00Z"}, "ends_at"),
            ({"users": []}, "users"),
            ({"out": None}, "out"),
            ({"op": "swap"}, "op"),
        ],
    )
    def test_names_what_is_wrong(self, shop: Shop, changed: dict[str, Any], field: str) -> None:
        client = client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))

        answer = client.post("/api/v1/overrides/", self.body(shop, **changed), format="json")

        assert answer.status_code == 400
        assert answer.json()["fields"].keys() == {field}

    def test_takes_an_external_id_once(self, shop: Shop) -> None:
        client = client_of(make.UserFactory(roles=[Role.ADMINISTRATOR]))
        body = self.body(shop, external_id="terraform:7")

        answers = [client.post("/api/v1/overrides/", body, format="json") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 400]
