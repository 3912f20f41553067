"""SLA targets over the API, and what a ticket would be promised (K-5, K-6, K-42)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from incidents.models import SlaTarget, SlaTargetVersion
from incidents.sla import targets
from incidents.sla.conditions import FIELDS
from incidents.sla.drafts import GOAL_RANGE, VersionDraft
from oncall import calendars
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/sla-targets/"
GOLD = {"name": "Gold", "metric": "restore", "goal_minutes": 480}


@pytest.fixture
def api() -> Any:
    return client_of(make.UserFactory(roles=[Role.PRACTICE]))


@pytest.fixture
def target() -> SlaTarget:
    at = timezone.now()
    return targets.create_target(
        name="Silver", kind="sla", metric="restore", draft=VersionDraft(480), effective_from=floor_minute(at), at=at,
        actor=None,
    )  # fmt: skip


def moment(days: int = 1) -> str:
    return f"{ceil_minute(timezone.now()) + timedelta(days=days):%Y-%m-%dT%H:%MZ}"


class TestTargets:
    def test_are_created_with_their_first_version(self, api: Any) -> None:
        severity = make.SeverityFactory()
        sent = GOLD | {"conditions": {"severity": [severity.pk]}, "pause_reasons": ["supplier"], "note": "Agreed."}

        answer = api.post(URL, sent, format="json")

        assert answer.status_code == 201, answer.content
        [version] = answer.json()["versions"]
        assert version["conditions"] == {"severity": [severity.pk]}
        assert (version["start"], version["position"], version["calendar"]) == ("opened", 1, None)
        assert version["warn_percents"] == [50, 75, 100]
        assert api.get(answer.headers["Location"]).json() == answer.json()

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"goal_minutes": 0}, "goal_minutes", GOAL_RANGE),
            ({"goal_minutes": 129_601}, "goal_minutes", GOAL_RANGE),
            ({"effective_from": "2020-01-01T00:00Z"}, "effective_from", "cannot change for the past"),
            ({"conditions": {"colour": ["red"]}}, "conditions", "There is no field “colour”."),
            ({"conditions": ["x"]}, "conditions", "Send an object"),
            ({"conditions": {"team": [-1]}}, "conditions", "There is no team -1."),
            ({"metric": "acknowledge", "pause_reasons": ["supplier"]}, "pause_reasons", "never pauses"),
            ({"start": "restored"}, "start", "cannot start like that"),
            ({"warn_percents": [0]}, "warn_percents", "from 1 to 500"),
            ({"position": 0}, "position", "1 stands first"),
            ({"calendar": 10**9}, "calendar", "does not exist"),
            ({"scope": "some"}, "scope", "Choose one of: all, new."),
            ({"kind": "underpinning", "metric": "prevent"}, "metric", "A supplier target"),
            ({"name": "Silver"}, "name", "Choose another name."),
            ({"goal": 5}, "goal", "There is no such field."),
        ],
    )
    @pytest.mark.usefixtures("target")
    def test_with_bad_input_are_refused_on_the_field(
        self, api: Any, changes: dict[str, Any], field: str, words: str
    ) -> None:
        answer = api.post(URL, GOLD | changes, format="json")

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert words in answer.json()["fields"][field][0]
        assert SlaTarget.objects.count() == 1

    def test_change_by_versions(self, api: Any, target: SlaTarget) -> None:
        address, planned = f"{URL}{target.pk}/", moment()
        sent = {"goal_minutes": 60, "effective_from": planned}

        answer = api.post(f"{address}add_version/", sent, format="json")
        again = api.post(f"{address}add_version/", sent, format="json")

        assert answer.status_code == 200, answer.content
        newest = answer.json()["versions"][0]
        assert newest["goal_minutes"] == 60
        assert "at the same moment" in again.json()["fields"]["effective_from"][0]
        for _ in range(2):
            withdrawn = api.post(f"{address}withdraw/", {"version": newest["id"]}, format="json")
            assert withdrawn.status_code == 200
        assert withdrawn.json()["versions"][0]["withdrawn_at"] is not None

    def test_keep_a_version_that_was_in_force(self, api: Any, target: SlaTarget) -> None:
        version = targets.active_versions(target).get()

        answer = api.post(f"{URL}{target.pk}/withdraw/", {"version": version.pk}, format="json")

        assert answer.status_code == 409
        assert "Make a new one instead." in answer.json()["message"]

    def test_revert_to_an_old_version(self, api: Any, target: SlaTarget) -> None:
        version = targets.active_versions(target).get()
        targets.add_version(target=target, draft=VersionDraft(60), at=timezone.now(), actor=None)

        answer = api.post(f"{URL}{target.pk}/revert/", {"version": version.pk}, format="json")

        assert answer.status_code == 200, answer.content
        assert [row["goal_minutes"] for row in answer.json()["versions"]] == [480, 60, 480]

    def test_take_no_version_of_another_target(self, api: Any, target: SlaTarget) -> None:
        other = make.SlaTargetVersionFactory()

        for verb in ("revert", "withdraw"):
            answer = api.post(f"{URL}{target.pk}/{verb}/", {"version": other.pk}, format="json")
            assert "another target" in answer.json()["fields"]["version"][0]

    def test_end(self, api: Any, target: SlaTarget) -> None:
        answer = api.post(f"{URL}{target.pk}/retire/", {"effective_from": moment()}, format="json")
        again = api.post(f"{URL}{target.pk}/retire/", {"effective_from": moment(2)}, format="json")

        assert answer.json()["versions"][0]["is_retired"] is True
        assert "nothing to end" in again.json()["fields"]["effective_from"][0]

    def test_can_be_renamed(self, api: Any, target: SlaTarget) -> None:
        make.SlaTargetFactory(name="Gold")

        assert api.patch(f"{URL}{target.pk}/", {"name": "Gold"}, format="json").status_code == 400
        assert api.patch(f"{URL}{target.pk}/", {"name": "Bronze"}, format="json").json()["name"] == "Bronze"
        assert api.patch(f"{URL}{target.pk}/", {"metric": "prevent"}, format="json").status_code == 400

    def test_are_read_by_everybody_and_set_by_few(self, target: SlaTarget) -> None:
        for client in (
            client_of(make.UserFactory(roles=[Role.MANAGER])),
            client_of(make.UserFactory(roles=[Role.PRACTICE]), scopes=[Scope.READ]),
        ):
            assert client.get(f"{URL}{target.pk}/").status_code == 200
            assert client.post(URL, GOLD, format="json").status_code == 403
            for verb in ("add_version", "revert", "withdraw", "retire"):
                assert client.post(f"{URL}{target.pk}/{verb}/", {}, format="json").status_code == 403
        assert SlaTargetVersion.objects.count() == 1


class TestPreview:
    URL = "/api/v1/sla/preview/"

    @pytest.fixture
    def reader(self) -> Any:
        return client_of(make.UserFactory(), scopes=[Scope.READ])

    def ask(self, client: Any, fields: object, **more: object) -> Any:
        return client.post(self.URL, {"fields": fields, "start": "2027-03-01T08:00Z", **more}, format="json")

    def test_gives_goal_due_and_calendar_of_each_promise(self, reader: Any) -> None:
        at = timezone.now()
        calendar = make.CalendarFactory(name="Office")
        calendars.add_version(
            calendar=calendar, time_zone="UTC", windows=[{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}],
            exceptions=[], holidays=None, effective_from=floor_minute(at), at=at, actor=None,
        )  # fmt: skip
        severity, service = make.SeverityFactory(is_major=True), make.ServiceFactory(tier=1)
        common: dict[str, Any] = {"kind": "sla", "at": at, "actor": None, "effective_from": floor_minute(at)}
        draft = VersionDraft(480, calendar=calendar, conditions={"severity": [severity.pk], "tier": [1]})
        targets.create_target(name="Gold", metric="restore", draft=draft, **common)
        major = VersionDraft(60, conditions={"major": [True]})
        targets.create_target(name="Often", metric="next_update", draft=major, **common)
        first = VersionDraft(15, start="alerted")
        targets.create_target(name="Quick", metric="acknowledge", draft=first, **common)
        team = VersionDraft(30, conditions={"team": [service.team_id]})
        targets.create_target(name="Team", metric="restore", draft=team, **common | {"kind": "ola"})

        answer = self.ask(reader, {"severity": severity.pk, "service": service.pk})

        assert answer.status_code == 200, answer.content
        promises = {row["target"]["name"]: row for row in answer.json()["promises"]}
        assert set(promises) == {"Quick", "Gold", "Often", "Team"}
        assert promises["Gold"]["due_at"] == "2027-03-01T17:00:00Z"
        assert promises["Gold"]["goal"] == "8 working hours"
        assert promises["Gold"]["calendar"] == {"id": calendar.pk, "name": "Office"}
        assert promises["Quick"]["due_at"] == "2027-03-01T08:15:00Z"
        assert promises["Often"]["due_at"] == "2027-03-01T09:00:00Z"
        assert promises["Team"]["team"] == service.team.slug
        only = self.ask(reader, {"severity": severity.pk, "service": service.pk}, kind="ola").json()["promises"]
        assert [row["target"]["name"] for row in only] == ["Team"]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"colour": "red"}, "There is no field “colour”."),
            ({"priority": 9}, "Choose from: 1, 2, 3, 4, 5."),
            ({"priority": [1, 2]}, "A ticket has one priority"),
            ([], "Send an object"),
        ],
    )
    def test_refuses_fields_that_mean_nothing(self, reader: Any, fields: object, words: str) -> None:
        answer = self.ask(reader, fields)

        assert answer.status_code == 400
        assert words in answer.json()["fields"]["fields"][0]

    def test_needs_a_start(self, reader: Any) -> None:
        assert list(reader.post(self.URL, {"fields": {}}, format="json").json()["fields"]) == ["start"]

    def test_names_the_fields_that_conditions_may_name(self, reader: Any) -> None:
        rows = reader.get("/api/v1/sla/").json()["condition_fields"]

        assert [row["name"] for row in rows] == list(FIELDS)
        assert rows[2] == {"name": "priority", "words": "Priority", "type": "integer", "values": [1, 2, 3, 4, 5]}
