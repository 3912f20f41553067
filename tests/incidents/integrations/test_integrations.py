"""Creating an integration, changing its key, and pausing it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from incidents.integrations import lifecycle, snippets
from incidents.models import Integration
from tests.factories import NOON, ServiceFactory, SeverityFactory, UserFactory
from tests.incidents.conftest import event, firing

pytestmark = pytest.mark.django_db


def make(kind: str = "pagerduty", **fields: object) -> tuple[Integration, str]:
    defaults = {"name": "Sensu", "service": ServiceFactory(), "default_severity": SeverityFactory(), "actor": None}
    return lifecycle.create_integration(kind=kind, at=NOON, **(defaults | fields))  # type: ignore[arg-type]


def send(client: Client, key: str) -> int:
    body = {"routing_key": key, "event_action": "trigger", "payload": event()}
    return client.post("/v2/enqueue", json.dumps(body), content_type="application/json").status_code


class TestCreate:
    def test_gives_a_key_that_every_client_takes_and_stores_only_its_digest(self, client: Client) -> None:
        integration, key = make()

        assert len(key) == 32
        assert set(key) <= set("0123456789abcdef")
        assert key not in json.dumps(Integration.objects.values().get(), default=str)
        assert key.startswith(integration.key_hint)
        assert send(client, key) == 202

    def test_writes_who_did_it(self) -> None:
        actor = UserFactory()
        integration, _ = make(actor=actor)

        assert integration.history.get().history_user == actor

    @pytest.mark.parametrize("fields", [{"name": ""}, {"kind": "fax"}, {"severities": {"bad": "SEV99"}}])
    def test_refuses_what_cannot_work(self, fields: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            make(**fields)  # type: ignore[arg-type]

    def test_refuses_a_name_twice(self) -> None:
        make()

        with pytest.raises(ValidationError):
            make()


class TestKey:
    def test_of_old_stops_working(self, client: Client, django_capture_on_commit_callbacks: object) -> None:
        integration, old = make()
        assert send(client, old) == 202

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            _, new = lifecycle.rotate_key(integration_id=integration.pk, actor=None, at=NOON)

        assert (send(client, old), send(client, new)) == (400, 202)


class TestPause:
    def test_refuses_events_until_resumed(self, client: Client, django_capture_on_commit_callbacks: object) -> None:
        integration, key = make()
        assert send(client, key) == 202

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            lifecycle.pause(integration_id=integration.pk, actor=None, at=NOON)
        assert send(client, key) == 403

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            lifecycle.resume(integration_id=integration.pk, actor=None)
        assert send(client, key) == 202


class TestSnippets:
    @pytest.mark.parametrize("kind", ["alertmanager", "pagerduty"])
    def test_name_the_address_and_the_key(self, kind: str) -> None:
        integration, key = make(kind)

        texts = [snippet.text for snippet in snippets.snippets_of(integration, key=key)]

        assert all("http://localhost:8000" in text and key in text for text in texts)

    def test_of_alertmanager_lead_to_an_address_that_answers(self, client: Client) -> None:
        integration, key = make("alertmanager")
        text = snippets.snippets_of(integration, key=key)[1].text
        address = text.split("url: ")[1].split()[0].removeprefix("http://localhost:8000")

        response = client.post(address, json.dumps({"alerts": [firing()]}), content_type="application/json")

        assert response.status_code == 200
