"""Configuration by programs: one story for every collection, and what each refuses by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from config.api import router
from config.base.data.roles import Role
from config.base.rest.configuration import ConfigurationViewSet
from config.base.rest.scopes import Scope
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db

VIEWSETS: dict[str, Any] = {
    prefix: viewset for prefix, viewset, _ in router.registry if issubclass(viewset, ConfigurationViewSet)
}
Body = dict[str, object]


def _service() -> Body:
    needs = [make.ServiceFactory().slug, make.ServiceFactory().slug]
    return {"name": "Checkout", "slug": "checkout", "team": make.TeamFactory().slug, "tier": 1, "depends_on": needs}


def an_integration() -> Body:
    severity = make.SeverityFactory().name
    return {
        "name": "Prometheus", "kind": "alertmanager", "service": make.ServiceFactory().slug,
        "default_severity": severity, "severities": {"critical": severity},
    }  # fmt: skip


def _component() -> Body:
    group = make.ComponentFactory()
    return {
        "name": "Payments", "page": group.page.slug, "group": group.public_id, "service": make.ServiceFactory().slug,
        "position": 3,
    }  # fmt: skip


def a_target() -> Body:
    return {"name": "Restore SEV1", "metric": "restore", "goal_minutes": 60, "conditions": {"priority": [1, 2]}}


def _template() -> Body:
    sections = [
        {"key": "summary", "title": "Summary", "guidance": "What broke.", "is_required": True},
        {"key": "lessons", "title": "Lessons"},
    ]
    return {"name": "Short", "sections": sections, "is_default": True}


def _policy() -> Body:
    member = make.MembershipFactory(role="manager")
    make.ContactMethodFactory(user=member.user)
    schedule = make.weekly_schedule(member.user)
    steps = [
        {"targets": [{"schedule": schedule.name}], "delay_minutes": 10},
        {"targets": [{"user": member.user.email}, {"team": member.team.slug}], "mode": "round_robin"},
    ]
    return {"name": "Shop", "team": member.team.slug, "repeat": 1, "steps": steps, "fallback": [member.user.email]}


BODIES: dict[str, tuple[Callable[[], Body], Body]] = {
    "teams": (
        lambda: {"name": "Payments", "slug": "payments", "time_zone": "Europe/Berlin", "kind": "product"},
        {"name": "Payments and cards"},
    ),
    "memberships": (
        lambda: {"team": make.TeamFactory().slug, "user": make.UserFactory().email, "role": "responder"},
        {"role": "observer"},
    ),
    "services": (_service, {"tier": 2, "depends_on": []}),
    "calendars": (
        lambda: {
            "name": "Bank days",
            "description": "Days of the bank.",
            "opening_hours": {
                "time_zone": "Europe/Berlin",
                "windows": [{"days": [0, 4], "start": "09:00", "end": "17:00"}],
                "holidays": make.CalendarFactory().pk,
            },
        },
        {"description": "Other."},
    ),
    "escalation-policies": (_policy, {"repeat": 3}),
    "severities": (
        lambda: {
            "name": "SEV2-Retail",
            "title": "Shops cannot sell",
            "description": "A till is down.",
            "pages": False,
        },
        {"title": "Tills are down"},
    ),
    "categories": (
        lambda: {"name": "Payroll", "team": make.TeamFactory().slug, "is_private": True},
        {"is_private": False},
    ),
    "integrations": (an_integration, {"name": "Prometheus in Berlin"}),
    "message-templates": (
        lambda: {"title": "First words", "phase": "investigating", "body": "{symptom} Next update {next}."},
        {"body": "{symptom}"},
    ),
    "postmortem-templates": (_template, {"needs_other_team": True}),
    "status-pages": (
        lambda: {"name": "Shop", "slug": "shop", "time_zone": "Europe/Berlin", "is_default": True},
        {"time_zone": "UTC"},
    ),
    "components": (_component, {"position": 4, "group": None}),
    "sla-targets": (a_target, {"description": "Agreed in May."}),
}
"""A record of each collection as a program sends it, and a change of it."""
COLLECTIONS = sorted(BODIES)


@pytest.fixture
def client() -> Any:
    return client_of(make.UserFactory(is_superuser=True))


def url_of(collection: str, tail: object = "") -> str:
    return f"/api/v1/{collection}/{tail}/" if tail else f"/api/v1/{collection}/"


def model_of(collection: str) -> type[models.Model]:
    model: type[models.Model] = VIEWSETS[collection].model()
    return model


def _history(collection: str) -> Any:
    return getattr(model_of(collection), "history", None)


def test_every_collection_of_configuration_is_tried() -> None:
    assert set(VIEWSETS) == set(BODIES)


@pytest.mark.parametrize("collection", COLLECTIONS)
class TestEveryCollection:
    def test_creates_reads_and_finds_a_record(self, client: Any, collection: str) -> None:
        body = BODIES[collection][0]() | {"external_id": "terraform-7", "reason": "Rolled out"}

        created = client.post(url_of(collection), body)

        assert created.status_code == 201, created.json()
        record = created.json()
        assert record["external_id"] == "terraform-7"
        [listed] = client.get(url_of(collection), {"external_id": "terraform-7"}).json()["results"]
        assert listed["id"] == record["id"]
        assert client.get(created["Location"])["ETag"] == created["ETag"]
        assert _history(collection).latest().history_change_reason == "Rolled out"
        assert _history(collection).latest().history_user.is_superuser

    def test_sets_all_of_a_record_and_the_same_twice_changes_nothing(self, client: Any, collection: str) -> None:
        body, change = BODIES[collection][0](), BODIES[collection][1]
        url = url_of(collection, client.post(url_of(collection), body).json()["id"])
        first = client.put(url, body | change | {"reason": "Agreed"})
        rows, columns = _history(collection).count(), list(model_of(collection)._base_manager.values())

        again = client.put(url, body | change | {"reason": "Sent again"})

        assert (first.status_code, again.status_code) == (200, 200), first.json()
        assert (again.json(), again["ETag"]) == (first.json(), first["ETag"])
        assert _history(collection).count() == rows
        assert list(model_of(collection)._base_manager.values()) == columns

    def test_gives_what_a_put_leaves_out_its_default(self, client: Any, collection: str) -> None:
        body = BODIES[collection][0]()
        created = client.post(url_of(collection), body | {"external_id": "x-1"}).json()

        assert created["external_id"] == "x-1"
        assert client.put(url_of(collection, created["id"]), body).json()["external_id"] == ""

    def test_changes_only_what_a_patch_names(self, client: Any, collection: str) -> None:
        body, change = BODIES[collection]
        created = client.post(url_of(collection), body() | {"external_id": "x-1"}).json()
        before = _history(collection).count()

        answer = client.patch(url_of(collection, created["id"]), change | {"reason": "Smaller"})

        assert answer.status_code == 200, answer.json()
        names = set(created) - set(change) - {"updated_at", "key", "versions"}
        assert {name: answer.json()[name] for name in names} == {name: created[name] for name in names}
        assert _history(collection).count() == before + 1
        assert _history(collection).latest().history_change_reason == "Smaller"

    def test_creates_and_then_updates_by_an_external_id(self, client: Any, collection: str) -> None:
        body, url = BODIES[collection][0](), url_of(collection, "external/terraform:7")

        first = client.put(url, body)
        rows = _history(collection).count()
        again = client.put(url, body)
        changed = client.put(url, body | BODIES[collection][1])

        assert first.status_code == 200, first.json()
        assert first.json()["external_id"] == "terraform:7"
        assert again["ETag"] == first["ETag"]
        assert _history(collection).count() == rows + 1
        assert changed.json()["id"] == first.json()["id"]
        assert client.put(url, body | {"external_id": "other"}).json()["fields"]["external_id"]

    def test_refuses_an_id_that_another_record_has(self, client: Any, collection: str) -> None:
        first = client.put(url_of(collection, "external/a"), BODIES[collection][0]())

        refused = client.post(url_of(collection), BODIES[collection][0]() | {"external_id": "a"})

        assert first.status_code == 200
        assert refused.status_code in {400, 409}, refused.json()
        assert model_of(collection)._base_manager.filter(external_id="a").count() == 1

    def test_writes_only_the_version_that_was_read(self, client: Any, collection: str) -> None:
        body, change = BODIES[collection]
        url = url_of(collection, client.post(url_of(collection), body()).json()["id"])
        old = client.get(url)["ETag"]
        client.patch(url, change)

        assert client.patch(url, {"external_id": "x"}, HTTP_IF_MATCH=old).status_code == 412
        assert client.delete(url, HTTP_IF_MATCH=old).status_code == 412
        assert client.patch(url, {"external_id": "x"}, HTTP_IF_MATCH=client.get(url)["ETag"]).status_code == 200

    def test_is_closed_to_those_without_the_right_and_to_narrower_tokens(self, collection: str) -> None:
        body = BODIES[collection][0]()
        record = client_of(make.UserFactory(is_superuser=True)).post(url_of(collection), body).json()
        scope = VIEWSETS[collection].scope
        member = client_of(make.UserFactory(roles=[Role.AGENT]), [scope])
        narrow = client_of(make.UserFactory(is_superuser=True), [Scope.RESPOND])

        for client in (member, narrow):
            for method, url, sent in (
                ("post", url_of(collection), body),
                ("put", url_of(collection, record["id"]), body),
                ("patch", url_of(collection, record["id"]), {"external_id": "x"}),
                ("put", url_of(collection, "external/new"), body),
                ("delete", url_of(collection, record["id"]), {}),
            ):
                answer = getattr(client, method)(url, sent)
                assert answer.status_code == 403, (method, url, answer.content)

    def test_refuses_a_field_that_does_not_exist_and_a_body_that_is_no_object(
        self, client: Any, collection: str
    ) -> None:
        answer = client.post(url_of(collection), BODIES[collection][0]() | {"colour": "red"})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["colour"])
        assert client.put(url_of(collection, "external/a"), [1], format="json").status_code == 400


@pytest.mark.parametrize("collection", sorted(set(COLLECTIONS) - {"sla-targets"}))
def test_deletes_what_nothing_names(client: Any, collection: str) -> None:
    record = client.post(url_of(collection), BODIES[collection][0]()).json()

    answer = client.delete(url_of(collection, record["id"]))

    assert answer.status_code == 204, answer.content
    assert client.get(url_of(collection, record["id"])).status_code == 404
    assert _history(collection).latest().history_type == "-"
