"""Shared by the tests of intake: two integrations with known keys, and posting to them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from config.base.rest import tokens
from incidents.intake import integration_keys
from incidents.models import Integration
from tests.factories import IntegrationFactory

PAGERDUTY_KEY = "a" * 32
ALERTMANAGER_KEY = "b" * 32

Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def _empty_key_cache() -> Iterator[None]:
    """No key is cached from another test."""
    integration_keys.clear_cache()
    yield
    integration_keys.clear_cache()


@pytest.fixture
def pagerduty(db: None) -> Integration:
    return IntegrationFactory(kind="pagerduty", key_digest=tokens.digest(PAGERDUTY_KEY))


@pytest.fixture
def alertmanager(db: None) -> Integration:
    return IntegrationFactory(kind="alertmanager", key_digest=tokens.digest(ALERTMANAGER_KEY))


@pytest.fixture
def enqueue(client: Client) -> Post:
    """Send a PagerDuty event; `key=None` leaves the routing key out."""

    def post(
        action: str = "trigger", *, key: str | None = PAGERDUTY_KEY, path: str = "/v2/enqueue", **body: Any
    ) -> Any:
        event = {"event_action": action, **({} if key is None else {"routing_key": key}), **body}
        return client.post(path, json.dumps(event), content_type="application/json")

    return post


@pytest.fixture
def notify(client: Client) -> Post:
    """Send an Alertmanager body."""

    def post(*alerts: Any, key: str = ALERTMANAGER_KEY, **body: Any) -> Any:
        document = {"version": "4", "groupKey": '{}:{alertname="Down"}', "alerts": list(alerts), **body}
        return client.post(f"/integrations/alertmanager/{key}", json.dumps(document), content_type="application/json")

    return post


def firing(name: str = "web1", *, starts: str = "2026-06-01T11:58:00Z", **labels: str) -> dict[str, Any]:
    """An alert as Alertmanager sends it while it fires."""
    return {
        "status": "firing",
        "labels": {"alertname": "Down", "instance": name, "severity": "critical", **labels},
        "annotations": {"summary": f"{name} is down"},
        "startsAt": starts,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": f"{name:0>16}",
    }


def resolved(name: str = "web1", *, ends: str = "2026-06-01T12:10:00Z", **fields: str) -> dict[str, Any]:
    """The same alert when it is over."""
    return {**firing(name, **fields), "status": "resolved", "endsAt": ends}


def event(summary: object = "Disk full", **fields: Any) -> dict[str, Any]:
    """A PagerDuty event's payload."""
    return {"summary": summary, "source": "host1", "severity": "critical", **fields}
