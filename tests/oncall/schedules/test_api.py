"""Schedules over REST, as a Terraform provider uses them, with all kinds of bad input."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from oncall.models import Calendar, MembershipRole, Override, OverridePerson, Schedule, ScheduleVersion
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/schedules/"


@pytest.fixture
def planner() -> Any:
    return make.MembershipFactory(role=MembershipRole.MANAGER, team__slug="shop", user__name="Mia").user


@pytest.fixture
def client(planner: Any) -> Any:
    return client_of(planner)


def people(*names: str) -> list[Any]:
    return [make.ContactMethodFactory(user__name=name).user for name in names]


def layers(*slots: Any, **rotation: Any) -> list[dict[str, Any]]:
    return [
        {
            "rotation": {"anchor": "2026-01-05T09:00", "unit": "week", "slots": [list(slot) for slot in slots]}
            | rotation
        }
    ]


def create(client: Any, **fields: Any) -> Any:
    return client.post(URL, {"name": "Shop", "team": "shop"} | fields)


class TestSchedules:
    def test_are_created_found_changed_and_deleted(self, client: Any) -> None:
        answer = create(client, external_id="tf-1", description="Day and night")
        row = answer.json()
        create(client, name="Shop two", external_id="tf-2")

        assert answer.status_code == 201
        noted = {name: row[name] for name in ("created_at", "updated_at")}
        assert row == noted | {
            "id": row["id"], "name": "Shop", "team": "shop", "description": "Day and night", "external_id": "tf-1"
        }  # fmt: skip
        url = f"{URL}{row['id']}/"
        assert [client.get(URL, query).json()["results"] for query in ({"external_id": "tf-1"}, {"name": "Shop"})] == [
            [row], [row]
        ]  # fmt: skip
        changed = client.patch(url, {"name": "Till"}).json()
        assert changed == row | {"name": "Till", "updated_at": changed["updated_at"]}
        changed = client.put(url, {"name": "Till", "team": "shop"}).json()
        assert changed == row | {
            "name": "Till", "description": "", "external_id": "", "updated_at": changed["updated_at"]
        }  # fmt: skip
        assert [client.delete(url).status_code for _ in range(2)] == [204, 404]

    @pytest.mark.parametrize("again", [{"name": "Shop"}, {"name": "Other", "external_id": "tf-1"}])
    def test_are_not_created_twice(self, client: Any, again: dict[str, str]) -> None:
        create(client, external_id="tf-1")

        answer = create(client, **again)

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert "already" in answer.json()["message"]
        assert Schedule.objects.count() == 1

    def test_stay_while_something_uses_them(self, client: Any, planner: Any) -> None:
        team = planner.teams.get()
        paged = make.ScheduleFactory(team=team)
        make.policy(paged, name="Day and night")
        with_history = make.weekly_schedule(planner, team=team)

        answers = [client.delete(f"{URL}{schedule.pk}/") for schedule in (paged, with_history)]

        assert [answer.status_code for answer in answers] == [409, 409]
        assert "Day and night" in answers[0].json()["message"]

    def test_are_for_managers_of_the_team_and_those_with_the_role(self, client: Any, planner: Any) -> None:
        other = make.weekly_schedule(planner)
        own_schedule = make.ScheduleFactory(team=planner.teams.get())
        responder = client_of(make.MembershipFactory(team=own_schedule.team).user)
        body = {"time_zone": "UTC", "layers": []}

        for api, schedule in ((client, other), (responder, own_schedule)):
            url = f"{URL}{schedule.pk}/"
            for answer in (
                api.patch(url, {"name": "x"}), api.put(url, {"name": "x", "team": schedule.team.slug}),
                api.delete(url), api.post(f"{url}versions/", body), api.put(f"{url}versions/", body),
                api.post(URL, {"name": "x", "team": schedule.team.slug}),
            ):  # fmt: skip
                assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert client.patch(f"{URL}{own_schedule.pk}/", {"team": other.team.slug}).status_code == 403
        assert client_of(make.UserFactory(roles=[Role.ADMINISTRATOR])).patch(
            f"{URL}{other.pk}/", {"name": "x"}
        ).status_code == 200  # fmt: skip
        assert client_of(planner, ["read"]).patch(f"{URL}{own_schedule.pk}/", {"name": "x"}).status_code == 403


class TestVersions:
    def test_come_back_as_they_were_sent_with_defaults_filled_in(self, client: Any) -> None:
        ana, ben = people("Ana", "Ben")
        url = f"{URL}{create(client).json()['id']}/versions/"

        answer = client.post(
            url, {"time_zone": "Europe/Berlin", "layers": layers([ana.email.upper()], [ben.pk]), "note": "First"}
        )

        assert answer.status_code == 201
        [layer] = answer.json()["layers"]
        assert layer == {
            "id": layer["id"], "name": "", "priority": 0, "kind": "primary", "time_zone": None, "starts_at": None,
            "ends_at": None, "restrictions": [], "holiday": None,
            "rotation": {
                "anchor": "2026-01-05T09:00", "unit": "week", "length": 1, "lengths": [], "clock": "wall",
                "count": "calendar", "concurrent": 1, "slots": [[ana.pk], [ben.pk]],
            },
        }  # fmt: skip
        assert answer.json()["created_by"]["name"] == "Mia"
        assert client.get(f"/api/v1/schedule-versions/{answer.json()['id']}/").json() == answer.json()

    def test_are_not_created_by_a_put_that_changes_nothing(self, client: Any) -> None:
        ana, ben = people("Ana", "Ben")
        url = f"{URL}{create(client).json()['id']}/versions/"
        calendar = Calendar.objects.create(name="Days off")
        body: Any = {
            "time_zone": "Europe/Berlin",
            "layers": [
                layers([ana.pk, ben.pk], [])[0] | {
                    "holiday": {"calendar": calendar.name, "mode": "exclude"},
                    "restrictions": [{"type": "daily", "days": None, "start": "09:00", "end": "17:00"}],
                },
                layers([ben.pk], unit="custom", lengths=[600, 900])[0],
            ],
        }  # fmt: skip

        first, second = client.put(url, body), client.put(url, body)
        round_trip = client.put(url, {"time_zone": "Europe/Berlin", "layers": second.json()["layers"]})
        body["layers"][0]["restrictions"][0]["days"] = [*range(7)]
        other_spelling = client.put(url, body)
        changed = client.put(url, body | {"time_zone": "UTC", "effective": "now"})

        assert first.status_code == second.status_code == 200, first.content
        assert first.json() == second.json() == round_trip.json() == other_spelling.json()
        assert changed.json()["id"] != first.json()["id"]
        assert ScheduleVersion.objects.count() == 2

    def test_take_over_at_the_next_handoff_and_keep_turns(self, client: Any, planner: Any) -> None:
        """R-V4: the person whose turn it is keeps it, and the others follow in their order."""
        ana, ben, cy = people("Ana", "Ben", "Cy")
        schedule = make.weekly_schedule(ana, ben, team=planner.teams.get())
        draft: Any = {"time_zone": "UTC", "layers": [layers([ana.pk], [ben.pk], [cy.pk])[0]], "keep_turns": True}
        draft["layers"][0]["id"] = schedule.versions.get().layers.get().pk
        preview = client.post(f"{URL}{schedule.pk}/preview/", draft).json()

        version = client.post(f"{URL}{schedule.pk}/versions/", draft).json()

        [before] = client.get(f"{URL}{schedule.pk}/on-call/").json()["people"]
        assert version["effective_from"] == preview["effective_from"]
        assert version["effective_from"][11:] == "09:00:00Z"
        [first] = preview["segments"][1]["on_call"]
        assert {before["name"], first["name"]} == {"Ana", "Ben"}
        assert preview["changes"][0].startswith("On Mon")
        assert f"{before['name']} hands over to {first['name']}" in preview["changes"][0]

    def test_are_listed_newest_first_and_by_pages(self, client: Any, planner: Any) -> None:
        team = planner.teams.get()
        schedule, other = (make.weekly_schedule(planner, team=team) for _ in range(2))
        url = f"{URL}{schedule.pk}/versions/"
        created = [client.post(url, {"time_zone": "UTC", "layers": []}).json() for _ in range(2)]

        page = client.get(url, {"page_size": 2}).json()
        rest = client.get(page["next"]).json()["results"]

        assert page["results"] == created[::-1]
        assert [row["id"] for row in rest] == [schedule.versions.earliest("pk").pk]
        assert client.get(url, {"schedule": other.pk}).status_code == 400
        assert client.get(f"{URL}{other.pk + 1000}/versions/").status_code == 404
        assert client_of(make.UserFactory(), ["read"]).get(url).status_code == 200

    def test_are_listed_with_a_constant_number_of_queries(
        self, client: Any, planner: Any, django_assert_num_queries: Any
    ) -> None:
        url = f"{URL}{make.weekly_schedule(planner, team=planner.teams.get()).pk}/versions/"
        client.get(url)  # notes once that the token was used
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        query_count = len(queries)
        for person in people("Ana", "Ben", "Cy"):
            client.post(url, {"time_zone": "UTC", "layers": layers([person.pk]) * 2})

        with django_assert_num_queries(query_count):
            assert len(client.get(url).json()["results"]) == 4

    def test_are_withdrawn_before_their_time_only(self, client: Any, planner: Any) -> None:
        """R-V3."""
        schedule = make.weekly_schedule(planner, team=planner.teams.get())
        later = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
        body = {"time_zone": "UTC", "layers": [], "effective_from": later.isoformat()}
        planned = client.post(f"{URL}{schedule.pk}/versions/", body).json()
        past = schedule.versions.exclude(pk=planned["id"]).get()

        url = "/api/v1/schedule-versions/"
        answers = [client.post(f"{url}{key}/withdraw/") for key in (planned["id"], planned["id"], past.pk)]

        assert [answer.status_code for answer in answers] == [200, 200, 409]
        assert answers[0].json()["withdrawn_by"]["name"] == "Mia"
        assert "in force" in answers[2].json()["message"]
        assert client_of(make.UserFactory()).post(f"{url}{planned['id']}/withdraw/").status_code == 403


BAD_LAYERS = [
    ("layers.0.rotation.length", layers([], length=0), "lasts 1 to 366"),
    ("layers.0.rotation.length", layers([], unit="hour", length=721), "lasts 1 to 720"),
    ("layers.0.rotation.slots", layers(*[[]] * 10_000), "at most 200 places"),
    ("layers.0.rotation.slots.1", layers([], [987654321]), "There is no person 987654321"),
    ("layers.0.rotation.slots.0", layers(["who@example.com"]), "There is no person who@example.com"),
    ("layers.0.rotation.slots.0.0", layers([True]), "id, such as 7"),
    ("layers.0.rotation.anchor", layers(anchor="2026-01-05T09:00:30"), "without seconds"),
    ("layers.0.rotation.anchor", layers(anchor="2026-02-30T09:00"), "Write a date and a time"),
    ("layers.0.rotation.clock", layers(clock="elapsed"), "by the hour"),
    ("layers.0.rotation.count", layers(count="active"), "add a restriction"),
    ("layers.0.rotation.lengths", layers(unit="custom"), "how many minutes"),
    ("layers.0.rotation.lengths", layers(unit="custom", lengths=[14]), "at least 15"),
    ("layers.0.rotation.concurrent", layers(concurrent=21), "1 to 20"),
    ("layers.0.time_zone", [layers()[0] | {"time_zone": "Mars/Olympus"}], "not the name of a time zone"),
    ("layers.0.ends_at", [layers()[0] | {"ends_at": "tomorrow"}], "Write a date and a time"),
    ("layers.0.restrictions.0", [layers()[0] | {"restrictions": [
        {"type": "daily", "start": "09:00:30", "end": "17:00"}]}], "without seconds"),
    ("layers.0.restrictions.0", [layers()[0] | {"restrictions": [
        {"type": "weekly", "start_day": 7, "end_day": 0, "start": "09:00", "end": "17:00"}]}], "0 for Monday"),
    ("layers.0.kind", [layers()[0] | {"kind": "boss"}], "is not a choice"),
    ("layers.0.holiday.calendar", [layers()[0] | {"holiday": {"calendar": "none", "mode": "only"}}], "no such"),
    ("layers", layers() * 51, "at most 50 layers"),
]  # fmt: skip


class TestBadInput:
    """Each has a clear message at the field, and nothing is stored."""

    @pytest.mark.parametrize(
        ("field", "sent", "message"), BAD_LAYERS, ids=[f"{n}-{case[0]}" for n, case in enumerate(BAD_LAYERS)]
    )
    def test_in_layers_is_named_by_its_field(self, client: Any, field: str, sent: Any, message: str) -> None:
        url = f"{URL}{create(client).json()['id']}/"
        body = {"time_zone": "Europe/Berlin", "layers": sent}

        for answer in (client.post(f"{url}versions/", body), client.put(f"{url}versions/", body),
                       client.post(f"{url}preview/", body)):  # fmt: skip
            assert answer.status_code == 400, answer.content
            assert message in " ".join(answer.json()["fields"][field])
        assert not ScheduleVersion.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"time_zone": "Europe/Nowhere"}, "time_zone", "not the name of a time zone"),
            ({"effective_from": "2020-01-01T00:00:00Z"}, "effective_from", "The past cannot change"),
            ({"effective_from": "2030-01-01T00:00:30Z"}, "effective_from", "without seconds"),
            ({"effective_from": "9999-12-31T23:59:00Z"}, "effective_from", "up to the year"),
            ({"effective_from": "2030-01-01T00:00:00"}, "effective_from", "offset"),
            ({"effective": "yesterday"}, "effective", "is not a choice"),
            ({"created_at": "2020-01-01T00:00:00Z"}, "created_at", "cannot be set here"),
        ],
    )
    def test_in_a_version_is_named_by_its_field(self, client: Any, change: Any, field: str, message: str) -> None:
        url = f"{URL}{create(client).json()['id']}/versions/"

        answer = client.post(url, {"time_zone": "UTC", "layers": []} | change)

        assert answer.status_code == 400
        assert message in " ".join(answer.json()["fields"][field])
        assert not ScheduleVersion.objects.exists()

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"until": "2028-01-01T00:00:00Z", "since": "2026-01-01T00:00:00Z"}, "until"),
            ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "until"),
            ({"since": "2026-01-02T00:00:07Z"}, "since"),
            ({"since": "soon"}, "since"),
            ({"as_of": ""}, "as_of"),
            ({"from": "2026-01-02T00:00:00Z"}, "from"),
        ],
    )
    def test_in_a_range_is_named_by_its_field(self, client: Any, query: dict[str, str], field: str) -> None:
        answer = client.get(f"{URL}{make.ScheduleFactory().pk}/final/", query)

        assert answer.status_code == 400
        assert answer.json()["fields"][field][0].endswith(".")


class TestFinal:
    def test_gives_segments_shifts_and_gaps_as_known_then(self, client: Any) -> None:
        """R-F4, R-F5, R-V5."""
        ana, ben = people("Ana", "Ben")
        schedule = make.weekly_schedule(ana, ben)
        row = Override.objects.create(
            schedule=schedule, op="remove", starts_at="2026-06-02T00:00Z", ends_at="2026-06-02T01:00Z",
            created_at="2026-06-01T00:00Z", origin="case",
        )  # fmt: skip
        for person in (ana, ben):
            OverridePerson.objects.create(override=row, user=person)
        query = {"since": "2026-06-01T09:00:00Z", "until": "2026-06-15T09:00:00Z"}

        now = client.get(f"{URL}{schedule.pk}/final/", query).json()
        then = client.get(f"{URL}{schedule.pk}/final/", query | {"as_of": "2026-05-31T00:00:00Z"}).json()

        assert [shift["person"]["name"] for shift in now["shifts"]] == ["Ben", "Ben", "Ana"]
        assert now["gaps"] == [{"starts_at": "2026-06-02T00:00:00Z", "ends_at": "2026-06-02T01:00:00Z"}]
        assert [[person["name"] for person in segment["on_call"]] for segment in then["segments"]] == [
            ["Ben"],
            ["Ana"],
        ]
        assert then["gaps"] == []

    def test_has_warnings(self, client: Any) -> None:
        schedule = make.weekly_schedule(make.UserFactory(name="Sil"))

        rota_warnings = client.get(f"{URL}{schedule.pk}/warnings/").json()["warnings"]

        assert [warning["code"] for warning in rota_warnings] == ["NO_CONTACT", "LONG_STRETCH"]
        assert rota_warnings[0]["people"][0]["name"] == "Sil"


class TestPreview:
    def test_stores_nothing_and_counts_days_off(self, client: Any) -> None:
        [ana] = people("Ana")
        schedule = make.ScheduleFactory()
        calendar = Calendar.objects.create(name="Days off")
        day = timezone.now().date() + timedelta(days=3)
        calendar.dates.create(date=day, name="Founders", created_at=timezone.now())
        [layer] = layers([ana.pk])
        layer["holiday"] = {"calendar": "Days off", "mode": "exclude"}

        answer = client_of(make.UserFactory(), ["read"]).post(
            f"{URL}{schedule.pk}/preview/", {"time_zone": "UTC", "layers": [layer]}
        )

        assert answer.status_code == 200, answer.content
        assert [gap["starts_at"][:10] for gap in answer.json()["gaps"]] == [f"{day}"]
        assert "GAP" in {warning["code"] for warning in answer.json()["warnings"]}
        assert not ScheduleVersion.objects.exists()
