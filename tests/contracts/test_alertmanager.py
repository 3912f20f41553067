"""The real Alertmanager opens an incident by its webhook and as a PagerDuty sender, and restores it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from config.base.rest import tokens
from incidents.intake import integration_keys
from incidents.models import Alert, Event, Integration, Ticket
from incidents.routing import route_due
from tests.factories import IntegrationFactory

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIG = """
route:
  receiver: holdfast
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1s
receivers:
  - name: holdfast
    webhook_configs:
      - url: {server}/integrations/alertmanager/{in_address}
      - url: {server}/integrations/alertmanager
        http_config:
          authorization:
            credentials: {in_header}
    pagerduty_configs:
      - routing_key: {routing_key}
        url: {server}/v2/enqueue
        severity: critical
"""
KEYS = {"in_address": "a" * 32, "in_header": "b" * 32, "routing_key": "c" * 32}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        PROGRAM is None, reason="Alertmanager is not installed (apt-get install prometheus-alertmanager)."
    ),
]


@pytest.fixture
def integrations() -> Iterator[list[Integration]]:
    integration_keys.clear_cache()
    kinds = {"in_address": "alertmanager", "in_header": "alertmanager", "routing_key": "pagerduty"}
    yield [IntegrationFactory(kind=kinds[name], key_digest=tokens.digest(key)) for name, key in KEYS.items()]
    integration_keys.clear_cache()


@pytest.fixture
def alertmanager(live_server: LiveServer, integrations: list[Integration], tmp_path: Path) -> Iterator[str]:
    """The address of a running Alertmanager that sends to all three doors."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = tmp_path / "alertmanager.yml"
    config.write_text(CONFIG.format(server=live_server.url, **KEYS))
    command = [
        *(str(PROGRAM), f"--config.file={config}", f"--storage.path={tmp_path}", "--cluster.listen-address="),
        *(f"--web.listen-address={address}", "--log.level=error"),
    ]
    process = subprocess.Popen(command)
    try:
        eventually(lambda: is_ready(f"http://{address}/-/ready"))
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)


def is_ready(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def eventually(condition: Callable[[], Any], *, seconds: float = 20) -> None:
    """Route what is due until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, list(Event.objects.values("outcome", "problem", "dedup_key"))
        route_due(at=timezone.now())
        time.sleep(0.1)


def send(alertmanager: str, *, is_over: bool = False) -> None:
    alert = {
        "labels": {"alertname": "Down", "instance": "web1", "severity": "critical"},
        "annotations": {"summary": "web1 is down"},
        **({"endsAt": timezone.now().isoformat()} if is_over else {}),
    }
    httpx.post(f"{alertmanager}/api/v2/alerts", json=[alert]).raise_for_status()


def test_opens_counts_up_and_restores(alertmanager: str, integrations: list[Integration]) -> None:
    send(alertmanager)
    eventually(lambda: Ticket.objects.open().count() == len(integrations))
    eventually(lambda: all(count >= 2 for count in Alert.objects.values_list("count", flat=True)))

    assert Ticket.objects.count() == Alert.objects.count() == len(integrations)
    assert {ticket.title for ticket in Ticket.objects.all()} == {"web1 is down", "[FIRING:1] Down (web1 critical)"}

    send(alertmanager, is_over=True)
    eventually(lambda: not Ticket.objects.open().exists())

    assert not Event.objects.filter(outcome__in=["rejected", "stale"]).exists()
    assert Ticket.objects.filter(restored_at__isnull=False).count() == len(integrations)
