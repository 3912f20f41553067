"""Requests captured from real senders get the answers that those senders need."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.base.rest import tokens
from incidents.models import Event, Integration
from tests.factories import IntegrationFactory

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = sorted(SAMPLES.glob("*/*.json"))
# A source of null is taken here, where the recording server refused it like PagerDuty (intake rule 5).
TAKEN = {"uptime_kuma/03-post-v2_enqueue-trigger-400.json", "pagerduty_events/08-post-v2_enqueue-trigger-400.json"}
# Clients do not read these words.
OWN_WORDS = {"alertmanager_real/09-post-integrations_alertmanager_goodkey-400.json"}


@pytest.fixture
def integrations(db: None) -> list[Integration]:
    return [
        IntegrationFactory(kind="pagerduty", key_digest=tokens.digest("a" * 32)),
        IntegrationFactory(kind="alertmanager", key_digest=tokens.digest("goodkey")),
    ]


def name_of(file: Path) -> str:
    return file.relative_to(SAMPLES).as_posix()


@pytest.mark.parametrize("file", FILES, ids=name_of)
@pytest.mark.usefixtures("integrations")
def test_is_answered_as_the_sender_expects(client: Client, file: Path) -> None:
    sample = json.loads(file.read_text())
    request, reply = sample["request"], sample["stub_reply"]
    body = request["body_text"] if request["body_text"] is not None else json.dumps(request["body_json"])

    response = client.generic(
        request["method"], request["path"], body, content_type=request["headers"].get("Content-Type", "")
    )

    name = name_of(file)
    if name in TAKEN:
        assert response.status_code == 202
        assert "source" in Event.objects.get().problem
        return
    assert response.status_code == reply["status"]
    if name not in OWN_WORDS:
        assert response.json() == expected(reply, request, response.json())


def expected(reply: dict[str, Any], request: dict[str, Any], answer: dict[str, Any]) -> Any:
    body = json.loads(reply["body"])
    if "dedup_key" in body and "dedup_key" not in (request["body_json"] or {}):
        assert len(answer["dedup_key"]) == 32
        body["dedup_key"] = answer["dedup_key"]
    return body
