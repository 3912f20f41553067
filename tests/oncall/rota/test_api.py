"""On call over the API: who is on call at an instant."""

from typing import Any

import pytest

from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory())


@pytest.fixture
def schedule() -> Any:
    """Ana and Ben by turns, handed off on Mondays at nine in Berlin."""
    return make.weekly_schedule(
        make.UserFactory(name="Ana"), make.UserFactory(name="Ben"), zone="Europe/Berlin", name="Payments"
    )


class TestOnCall:
    @pytest.mark.parametrize(
        ("at", "name"),
        [
            ("2026-01-05T08:00:00Z", "Ana"),
            ("2026-01-12T07:59:59Z", "Ana"),
            ("2026-01-12T08:00:00Z", "Ben"),
            ("2026-01-12T09:00:00+01:00", "Ben"),
            ("2026-01-12T08:59:59%2B01:00", "Ana"),
        ],
    )
    def test_says_who_at_a_moment(self, client: Any, schedule: Any, at: str, name: str) -> None:
        answer = client.get(f"/api/v1/schedules/{schedule.pk}/on-call/?at={at}").json()

        assert [person["name"] for person in answer["people"]] == [name]
        assert answer["schedule"]["name"] == "Payments"
        assert set(answer["because"]) == {"version", "layer", "turn"}

    def test_says_until_when_in_utc(self, client: Any, schedule: Any) -> None:
        answer = client.get(f"/api/v1/schedules/{schedule.pk}/on-call/", {"at": "2026-03-28T12:00:00Z"}).json()

        assert (answer["starts_at"], answer["ends_at"]) == ("2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z")

    def test_says_nobody_where_there_is_no_rota(self, client: Any) -> None:
        answer = client.get(f"/api/v1/schedules/{make.ScheduleFactory().pk}/on-call/").json()

        assert (answer["people"], answer["starts_at"], answer["ends_at"]) == ([], None, None)

    @pytest.mark.parametrize(
        "at",
        [
            "2026-01-05T08", "2026-01", "yesterday", "", "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
            "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00", "1999-12-31T23:59:59Z", "a\x00b",
        ],
    )  # fmt: skip
    def test_refuses_an_invalid_instant(self, client: Any, schedule: Any, at: str) -> None:
        for url in (f"/api/v1/schedules/{schedule.pk}/on-call/", "/api/v1/on-call/"):
            answer = client.get(url, {"at": at})

            assert answer.status_code == 400
            assert answer.json()["fields"]["at"][0].endswith(".")

    @pytest.mark.parametrize(
        "at", ["2026-01-05T08:00:00", "2026-01-05T08:00Z", "2026-01-05T10:00:00+02:00", "2026-01-05T10:00:00 02:00"]
    )
    def test_takes_utc_without_an_offset_and_a_plus_that_was_not_escaped(
        self, client: Any, schedule: Any, at: str
    ) -> None:
        assert client.get("/api/v1/on-call/", {"at": at}).json()["at"] == "2026-01-05T08:00:00Z"

    def test_shows_every_schedule_at_once(self, client: Any, schedule: Any) -> None:
        make.weekly_schedule(make.UserFactory(name="Cleo"), name="Zebra")

        answer = client.get("/api/v1/on-call/", {"at": "2026-01-12T08:00:00Z"}).json()

        assert answer["at"] == "2026-01-12T08:00:00Z"
        names_by_schedule = {turn["schedule"]["name"]: turn["people"][0]["name"] for turn in answer["schedules"]}
        assert names_by_schedule == {"Payments": "Ben", "Zebra": "Cleo"}


class TestEscalationsAndPages:
    def test_are_found_by_what_they_are_about(self, client: Any) -> None:
        ticket = make.IncidentFactory()
        escalation = make.EscalationFactory(subject_type="ticket", subject_id=ticket.pk)
        page = make.PageFactory(escalation=escalation)
        make.PageFactory(
            escalation=make.EscalationFactory(subject_type="ticket", subject_id=make.IncidentFactory().pk)
        )

        query = {"subject_type": "ticket", "subject_id": ticket.pk}
        [escalation_row] = client.get("/api/v1/escalations/", query).json()["results"]
        [page_row] = client.get("/api/v1/pages/", query | {"state": "accepted"}).json()["results"]

        assert (escalation_row["id"], escalation_row["subject"]["id"]) == (escalation.pk, ticket.pk)
        assert (page_row["id"], page_row["escalation"], page_row["recipient"]["id"]) == (
            page.pk,
            escalation.pk,
            page.user.pk,
        )
        assert page_row["subject"]["type"] == "ticket"
        assert client.get("/api/v1/pages/", {"escalation": escalation.pk}).json()["results"] == [page_row]
        assert client.get("/api/v1/pages/", {"state": "odd"}).status_code == 400
