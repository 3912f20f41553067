"""Where the findings of the health checks are shown: to monitoring, and to people (paging rule 11)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class TestFaces:
    def deep(self, client: Client) -> Any:
        return client.get("/healthz/deep", headers={"Authorization": "Bearer token"})

    def test_answer_503_for_alarms_alone(self, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.METRICS_TOKEN = "token"
        monkeypatch.setattr("config.health.database_now", lambda: NOON)
        make.EngineLaneFactory()
        escalation = make.EscalationFactory(firing=1)
        make.PageFactory(escalation=escalation, state="dead", ended_at=NOON)

        notice = self.deep(client)
        make.EscalationFactory(triggered_at=NOON - timedelta(minutes=1), next_at=NOON)
        alarm = self.deep(client)

        assert (notice.status_code, alarm.status_code) == (200, 503)
        document = json.loads(notice.content)
        assert document["ok"] is True
        assert [(row["code"], row["kind"]) for row in document["findings"]] == [("dead_letters", "notice")]
        assert document["findings"][0]["ends"]

    def test_show_what_ends_a_finding_and_who_is_told(self, client: Client, settings: Any) -> None:
        client.force_login(make.UserFactory(is_staff=True, is_superuser=True))
        make.policy(name="Payments, by day")
        settings.WATCHDOG_ALERT_URL = "https://second.example/"

        for address in ("/system-health/", "/admin/"):
            page = client.get(address).content.decode()
            assert "Payments, by day" in page
            assert "For the managers of the policy&#x27;s team." in page
            assert "It ends when a Celery worker with the engine runs. The watchdog tells the operators." in (
                page.replace("</span> <span>", " ")
            )
