"""Editing a rotation in the portal: five fields, preview, save; errors are shown at their field."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from oncall import schedules
from oncall.models import MembershipRole, Schedule, ScheduleVersion, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Any:
    return make.TeamFactory(name="Shop", slug="shop", time_zone="Europe/Berlin")


@pytest.fixture
def people(team: Any) -> list[Any]:
    users = [make.ContactMethodFactory(user__name=name).user for name in ("Ana", "Ben", "Cy")]
    for person in users:
        make.MembershipFactory(team=team, user=person)
    return users


@pytest.fixture
def planner(client: Any, team: Any) -> Any:
    member = make.MembershipFactory(team=team, role=MembershipRole.MANAGER, user__name="Mia")
    client.force_login(member.user)
    return client


def typed(*users: Any, prefix: str = "l1", **changed: Any) -> dict[str, Any]:
    """An ordinary rotation as a browser sends it."""
    layer = {
        "length": 1, "unit": "week", "handoff_at": "09:00", "weekday": 0, "starts_on": "2026-01-05", "name": "",
        "hours": "", "count": "calendar", "layer_zone": "", "priority": 0, "kind": "primary", "concurrent": 1,
        "clock": "wall", "lengths": "", "first": "", "last": "", "calendar": "", "holiday_mode": "", "source": "",
    }  # fmt: skip
    layer |= {name: changed.pop(name) for name in list(changed) if name in layer}
    data = {f"{prefix}-{name}": value for name, value in layer.items()}
    data |= {
        "layer": prefix, f"{prefix}-place": [*range(1, len(users) + 1)],
        f"{prefix}-user": [getattr(user, "pk", user) for user in users], "time_zone": "Europe/Berlin",
        "effective": "now", "effective_at": "", "note": "Because", "do": "save",
    }  # fmt: skip
    return data | changed


def new(*users: Any, **changed: Any) -> dict[str, Any]:
    return typed(*users, **{"name": "", "team": "shop", "description": "", "effective": "start"} | changed) | {
        "name": "Shop nights"
    }


class TestNewSchedule:
    def test_is_made_of_five_fields(self, planner: Any, people: list[Any]) -> None:
        answer = planner.post("/schedules/new/", new(*people[:2], starts_on="2026-01-07", length=2))

        schedule = Schedule.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/schedules/{schedule.pk}/")
        [version] = schedule.versions.all()
        [layer] = version.layers.all()
        # The first turn is the one that holds the day: it began on the Monday before.
        assert (layer.anchor, layer.unit, layer.length, layer.slots) == ("2026-01-05T09:00", "week", 2, 2)
        assert (version.time_zone, version.note, version.created_by) == (
            "Europe/Berlin",
            "Because",
            User.objects.get(name="Mia"),
        )
        assert [member.user for member in layer.members.order_by("slot")] == people[:2]

    def test_is_shown_before_it_is_saved(self, planner: Any, people: list[Any]) -> None:
        page = planner.get("/schedules/new/")
        previewed = planner.post("/schedules/new/", new(*people[:1], "nobody", do="preview"))

        assert page.status_code == previewed.status_code == 200
        assert "The next eight weeks" in previewed.content.decode()
        assert "Rotation has nobody" not in previewed.content.decode()
        assert "The layer has nobody in place 2: nobody is on call in that turn." in previewed.content.decode()
        assert not Schedule.objects.exists()

    def test_waits_for_its_first_turn(self, planner: Any, people: list[Any]) -> None:
        start = timezone.now().date() + timedelta(days=10)

        planner.post("/schedules/new/", new(*people, starts_on=start.isoformat(), unit="day"))

        assert ScheduleVersion.objects.get().effective_from.date() == start

    def test_may_begin_at_a_date_in_its_own_zone(self, planner: Any, people: list[Any]) -> None:
        planner.post("/schedules/new/", new(*people, effective="date", effective_at="2030-07-01T09:00"))

        assert f"{ScheduleVersion.objects.get().effective_from:%F %R}" == "2030-07-01 07:00"

    def test_is_for_managers(self, client: Any, team: Any, people: list[Any]) -> None:
        client.force_login(people[0])
        assert client.get("/schedules/new/").status_code == 403
        assert client.post("/schedules/new/", new(*people)).status_code == 403
        assert b"/schedules/new/" not in client.get("/schedules/").content
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))
        assert client.get("/schedules/new/").status_code == 200
        other = make.TeamFactory(slug="other")
        client.force_login(make.MembershipFactory(role=MembershipRole.MANAGER).user)
        assert client.post("/schedules/new/", new(team=other.slug)).status_code == 422
        assert not Schedule.objects.exists()

    def test_with_a_name_that_is_taken_says_so(self, planner: Any, people: list[Any]) -> None:
        make.ScheduleFactory(name="Shop nights")

        answer = planner.post("/schedules/new/", new(*people))

        assert answer.status_code == 422
        assert "a schedule with this name already" in answer.content.decode()


class TestRows:
    """Without JavaScript: every small button keeps the typed values."""

    def rows(self, answer: Any) -> list[tuple[int, Any]]:
        [layer] = answer.context["layers"]
        return [(row["place"], row["user"]) for row in layer["rows"]]

    @pytest.mark.parametrize(
        ("action", "expected"),
        [
            ("add-person:l1", [(1, 0), (2, 1), (3, 2)]), ("remove:l1:0", [(1, 1), (2, 2)]),
            ("up:l1:1", [(1, 1), (2, 0), (3, 2)]), ("down:l1:0", [(1, 1), (2, 0), (3, 2)]),
            ("add-team:l1", [(1, 0), (2, 1), (3, 2), (4, 3)]), ("remove:l1:99", [(1, 0), (2, 1), (3, 2)]),
            ("nonsense:l1:x", [(1, 0), (2, 1), (3, 2)]), ("up:l1:-1", [(1, 0), (2, 1), (3, 2)]),
        ],
    )  # fmt: skip
    def test_are_added_moved_and_removed(self, planner: Any, people: list[Any], action: str, expected: Any) -> None:
        data = new(*people[:2], do=action, note="Typed", length="no number") | {"l1-add": people[2].pk}

        answer = planner.post("/schedules/new/", data)

        everybody = [*people, User.objects.get(name="Mia")]
        assert answer.status_code == 200
        assert self.rows(answer) == [(place, everybody[index].pk) for place, index in expected]
        assert b'value="Typed"' in answer.content
        assert b'value="no number"' in answer.content

    def test_with_the_same_number_are_on_call_together(self, planner: Any, people: list[Any]) -> None:
        planner.post("/schedules/new/", new(*people) | {"l1-place": [2, 1, 2]})

        layer = ScheduleVersion.objects.get().layers.get()
        assert [(member.slot, member.user.name) for member in layer.members.order_by("slot", "pk")] == [
            (0, "Ben"), (1, "Ana"), (1, "Cy")
        ]  # fmt: skip

    def test_come_with_layers(self, planner: Any, people: list[Any]) -> None:
        added = planner.post("/schedules/new/", new(*people, do="add-layer"))
        both = new(*people) | typed(people[0], prefix="l2", priority=5, hours="Sat, Sun 00:00-24:00") | {
            "layer": ["l1", "l2"], "effective": "start", "name": "Shop nights"
        }  # fmt: skip
        removed = planner.post("/schedules/new/", both | {"do": "remove-layer:l1"})

        assert [layer["prefix"] for layer in added.context["layers"]] == ["l1", "l2"]
        assert [layer["prefix"] for layer in removed.context["layers"]] == ["l2"]
        planner.post("/schedules/new/", both)
        assert list(ScheduleVersion.objects.get().layers.order_by("pk").values_list("priority", flat=True)) == [0, 5]


class TestChange:
    def data(self, schedule: Any, *users: Any, **changed: Any) -> dict[str, Any]:
        layer = schedule.versions.get().layers.get()
        return typed(*users, source=layer.pk, keep_turns="on", **{"effective": "handoff"} | changed)

    def test_begins_with_what_is_in_force(self, planner: Any, team: Any, people: list[Any]) -> None:
        schedule = make.weekly_schedule(*people, team=team, zone="Europe/Berlin")

        answer = planner.get(f"/schedules/{schedule.pk}/edit/")

        [layer] = answer.context["layers"]
        assert [row["name"] for row in layer["rows"]] == ["Ana", "Ben", "Cy"]
        assert layer["form"]["starts_on"].value().isoformat() == "2026-01-05"
        assert not layer["form"].is_advanced
        assert "At the next handoff, Mon" in answer.content.decode()

    def test_keeps_turns_and_says_it_in_words(self, planner: Any, team: Any, people: list[Any]) -> None:
        """R-V4: Ana stays, though others came and went."""
        ana, ben, cy = people
        schedule = make.weekly_schedule(ana, ben, team=team, zone="Europe/Berlin")
        [roster] = schedules.load_range(timezone.now(), ids=[schedule.pk])
        now = schedules.stint(roster, at=timezone.now())
        [on_call_user] = now.users

        url = f"/schedules/{schedule.pk}/edit/"
        data = self.data(schedule, cy, on_call_user, effective="now")
        previewed = planner.post(url, data | {"do": "preview"})
        saved = planner.post(url, data)

        assert f"{on_call_user.name} stays on call until Mon" in previewed.content.decode()
        assert "; Cy follows." in previewed.content.decode()
        assert saved.status_code == 302
        start = schedule.versions.latest("pk").effective_from
        [roster] = schedules.load_range(start, ids=[schedule.pk])
        changed = schedules.stint(roster, at=start)
        assert (changed.users, changed.ends_at) == ((on_call_user,), now.ends_at)

    @pytest.mark.parametrize("keeps", ["on", ""])
    @pytest.mark.parametrize("effective", ["now", "handoff"])
    def test_of_nothing_is_not_stored(
        self, planner: Any, team: Any, people: list[Any], effective: str, keeps: str
    ) -> None:
        schedule = make.weekly_schedule(*people, team=team, zone="Europe/Berlin")
        url = f"/schedules/{schedule.pk}/edit/"
        data = self.data(schedule, *people, effective=effective, note="Again") | {"keep_turns": keeps}

        saved = planner.post(url, data)
        previewed = planner.post(url, data | {"do": "preview"})

        assert (saved.status_code, previewed.status_code) == (422, 200)
        for page in (saved, previewed):
            assert "Nothing would change" in page.content.decode()
            assert b'value="Again"' in page.content
        assert "see the errors below" not in saved.content.decode()
        assert schedule.versions.count() == 1

    def test_of_the_order_alone_is_none_where_turns_are_kept(self, planner: Any, team: Any, people: list[Any]) -> None:
        """R-V4: the same order with another start moves nobody's turn, unless turns need not be kept."""
        ana, ben, cy = people
        schedule = make.weekly_schedule(*people, team=team, zone="Europe/Berlin")
        url, data = f"/schedules/{schedule.pk}/edit/", self.data(schedule, cy, ana, ben, effective="now")

        unchanged, reordered = planner.post(url, data), planner.post(url, data | {"keep_turns": ""})

        assert (unchanged.status_code, reordered.status_code) == (422, 302)
        assert schedule.versions.count() == 2
        assert "(new order)" in planner.get(f"/schedules/{schedule.pk}/").content.decode()

    def test_back_to_what_is_in_force_is_a_change_where_another_is_planned(
        self, planner: Any, team: Any, people: list[Any]
    ) -> None:
        schedule = make.weekly_schedule(*people, team=team, zone="Europe/Berlin")
        data = self.data(schedule, *people)
        url = f"/schedules/{schedule.pk}/edit/"
        planner.post(url, data | {"l1-user": [people[0].pk], "l1-place": [1]})

        assert planner.post(url, data | {"effective": "now"}).status_code == 422
        assert planner.post(url, data | {"keep_turns": ""}).status_code == 302

    def test_may_be_withdrawn_while_it_is_planned(self, planner: Any, team: Any, people: list[Any]) -> None:
        schedule = make.weekly_schedule(*people, team=team)
        planner.post(f"/schedules/{schedule.pk}/edit/", self.data(schedule, *people[:2]))
        planned = schedule.versions.latest("pk")
        page = planner.get(f"/schedules/{schedule.pk}/")
        url = f"/schedules/{schedule.pk}/versions/{planned.pk}/withdraw/"

        planner.post(url)
        again = planner.post(url, follow=True)

        planned.refresh_from_db()
        assert "Withdraw" in page.content.decode()
        assert planned.withdrawn_by == User.objects.get(name="Mia")
        assert "already withdrawn" in again.content.decode()
        planner.force_login(people[0])
        assert planner.post(url).status_code == 403

    def test_is_refused_to_others(self, client: Any, people: list[Any], team: Any) -> None:
        schedule = make.weekly_schedule(*people, team=team)
        client.force_login(people[0])

        for url in (f"/schedules/{schedule.pk}/edit/", f"/schedules/{schedule.pk}/about/"):
            assert client.get(url).status_code == 403
            assert client.post(url, self.data(schedule, *people)).status_code == 403
        assert b"Edit rotation" not in client.get(f"/schedules/{schedule.pk}/").content

    def test_of_name_and_team_is_a_form_of_its_own(self, planner: Any, people: list[Any], team: Any) -> None:
        schedule = make.weekly_schedule(*people, team=team, name="Old")
        make.ScheduleFactory(name="Taken")
        url, data = f"/schedules/{schedule.pk}/about/", {"team": team.pk, "description": "", "external_id": ""}

        taken = planner.post(url, data | {"name": "Taken"})
        planner.post(url, data | {"name": "New"})

        schedule.refresh_from_db()
        assert (taken.status_code, schedule.name) == (422, "New")


BAD = [
    ({"length": 0}, "greater than or equal to 1"),
    ({"length": 400}, "A turn lasts 1 to 366"),
    ({"handoff_at": "09:00:30"}, "without seconds"),
    ({"starts_on": "2026-02-30"}, "Write the date as"),
    ({"starts_on": "0001-01-01", "weekday": 6}, "Choose a day in the years"),
    ({"time_zone": "Europe/Nowhere"}, "not the name of a time zone"),
    ({"layer_zone": "Nowhere"}, "not the name of a time zone"),
    ({"effective": "date"}, "Write a date and a time to the minute"),
    ({"effective": "date", "effective_at": "2020-01-01T09:00"}, "The past cannot change"),
    ({"effective": "date", "effective_at": "2030-01-01T09:00:30"}, "to the minute"),
    ({"effective": "date", "effective_at": "9999-12-31T23:59"}, "in the years 1970 to 2199"),
    ({"hours": "whenever"}, "is not a window"),
    ({"hours": "Mon-Fri 09:00-25:00"}, "Write times as HH:MM"),
    ({"hours": "Noday 09:00-17:00"}, "write days as"),
    ({"count": "active"}, "add a restriction"),
    ({"clock": "elapsed"}, "by the hour"),
    ({"unit": "custom"}, "how many minutes"),
    ({"unit": "custom", "lengths": "ten"}, "Write whole minutes"),
    ({"concurrent": 21}, "1 to 20"),
    ({"holiday_mode": "only"}, "Choose both a calendar"),
    ({"first": "tomorrow"}, "Write a date and a time to the minute"),
    ({"l1-user": [987654321]}, "There is no person"),
    ({"l1-user": ["<script>"]}, "There is no person"),
    ({"l1-user": ["nobody"] * 400, "l1-place": [*range(400)]}, "at most 200 places"),
]  # fmt: skip


class TestBadInput:
    """Each has a clear message at the field; nothing is stored, and the typed values stay."""

    @pytest.mark.parametrize(("change", "message"), BAD, ids=[str(n) for n in range(len(BAD))])
    def test_is_named_on_its_field(self, planner: Any, people: list[Any], change: Any, message: str) -> None:
        for action in ("preview", "save"):
            answer = planner.post("/schedules/new/", new(people[0], **change) | {"do": action})

            assert answer.status_code == 422
            assert message in answer.content.decode()
            assert b'value="Because"' in answer.content
        assert not Schedule.objects.exists()


class TestHistory:
    def test_shows_who_changed_what_and_why(self, planner: Any, team: Any, people: list[Any]) -> None:
        schedule = make.weekly_schedule(*people[:2], team=team, zone="Europe/Berlin")
        data = TestChange().data(
            schedule, people[1], people[2], length=2, hours="Mon-Fri 09:00-17:00", note="Ana left"
        )
        planner.post(f"/schedules/{schedule.pk}/edit/", data)

        page = planner.get(f"/schedules/{schedule.pk}/").content.decode()

        for text in (
            "Ana → Ben ⇒ Ben → Cy (Cy joined; Ana left)", "1 week ⇒ 2 weeks", "around the clock ⇒ Mon-Fri 09:00-17:00",
            "Ana left", "Mia", "1 week each, handed off Mon at 09:00",
        ):  # fmt: skip
            assert text in page, text

    def test_shows_the_schedule_as_it_was_known(self, planner: Any, team: Any, people: list[Any]) -> None:
        """R-V5."""
        schedule = make.weekly_schedule(people[0], team=team)
        planner.post(f"/schedules/{schedule.pk}/edit/", TestChange().data(schedule, people[1], effective="now"))
        url, was = f"/schedules/{schedule.pk}/", (timezone.now() - timedelta(minutes=5)).isoformat()

        now, then = planner.get(url), planner.get(url, {"as_of": was})

        assert {person.name for shift in now.context["shifts"] for person in shift.users} >= {"Ben"}
        assert {person.name for shift in then.context["shifts"] for person in shift.users} == {"Ana"}
        assert "As known" in then.content.decode()
        for nonsense in ("x", "2026-99-99T00:00:00Z", "2999-01-01T00:00:00Z", "2026-01-01", "\x00"):
            assert planner.get(url, {"as_of": nonsense}).status_code == 200

    def test_needs_as_many_queries_for_ten_versions_as_for_two(
        self, planner: Any, team: Any, people: list[Any]
    ) -> None:
        def count(path: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                assert planner.get(f"/schedules/{schedule.pk}/{path}").status_code == 200
            return len(queries)

        schedule = make.weekly_schedule(*people, team=team)
        data = TestChange().data(schedule, *people[:2], effective="now")
        planner.post(f"/schedules/{schedule.pk}/edit/", data)
        planner.get(f"/schedules/{schedule.pk}/")
        few = count(""), count("edit/")
        for n in range(8):
            planner.post(f"/schedules/{schedule.pk}/edit/", data | {"l1-length": n + 2})

        assert schedule.versions.count() == 10
        assert (count(""), count("edit/")) == few
