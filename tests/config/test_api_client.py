"""A program's day with the API over a real socket, and two people who edit at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from oncall import escalation
from tests import factories as make
from tests.clients import client_of, token_of

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.fixture
def service() -> Any:
    """A service whose policy pages Ben."""
    make.SeverityFactory(rank=1, needs_prevention=True)
    method = make.ContactMethodFactory(user__name="Ben")
    make.NotificationRuleFactory(contact_method=method)
    return make.ServiceFactory(slug="checkout", escalation_policy=make.policy(method.user, fallback=[method.user]))


def test_a_program_declares_watches_the_pages_and_restores(live_server: Any, service: Any) -> None:
    key = token_of(make.UserFactory(is_superuser=True))
    with httpx.Client(
        base_url=f"{live_server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, trust_env=False
    ) as client:
        declared = client.post(
            "/incidents/", json={"title": "Payments fail", "service": "checkout", "severity": "SEV1"}
        )
        assert declared.status_code == 201, declared.text
        reference, number = declared.json()["reference"], declared.json()["id"]
        escalation.fire_due(at=timezone.now())

        [page] = client.get("/pages/", params={"subject_type": "ticket", "subject_id": number}).json()["results"]
        assert (page["recipient"]["name"], page["channel"], page["state"]) == ("Ben", "sms", "pending")
        [running] = client.get("/escalations/", params={"subject_id": number}).json()["results"]
        assert (running["state"], running["subject"]["title"]) == ("triggered", page["subject"]["title"])

        assert client.post(f"/incidents/{reference}/acknowledge/").json()["status"] == "acknowledged"
        assert client.get(f"/escalations/{running['id']}/").json()["state"] == "acknowledged"
        assert client.get(f"/pages/{page['id']}/").json()["state"] == "cancelled"
        assert client.post(f"/incidents/{reference}/add_note/", json={"text": "A bad release."}).status_code == 200
        assert client.post(f"/incidents/{reference}/restore/", json={}).json()["restored_at"]
        assert client.get(f"/escalations/{running['id']}/").json()["state"] == "ended"
        texts = [entry["text"] for entry in client.get(f"/incidents/{reference}/timeline/").json()["results"]]
        assert "A bad release." in texts


class TestTwoChangesAtOnce:
    """Bad input 86: each names its own field, so both are kept."""

    @staticmethod
    def _race(*requests: Any) -> list[int]:
        def send(request: Any) -> int:
            try:
                return int(request().status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(send, requests))

    def test_of_different_fields_are_both_kept(self) -> None:
        ticket = make.IncidentFactory()
        url = f"/api/v1/incidents/{ticket.pk}/"
        ana, ben = (client_of(make.UserFactory(is_superuser=True)) for _ in range(2))

        for attempt in range(ROUNDS):
            title, text = f"Title {attempt}", f"Text {attempt}"
            answers = self._race(
                partial(ana.patch, url, {"title": title}), partial(ben.patch, url, {"description": text})
            )

            incident = ana.get(url).json()
            assert answers == [200, 200]
            assert (incident["title"], incident["description"]) == (title, text)

    def test_of_one_version_only_one_goes_through(self) -> None:
        ticket = make.IncidentFactory()
        url = f"/api/v1/incidents/{ticket.pk}/"
        ana, ben = (client_of(make.UserFactory(is_superuser=True)) for _ in range(2))

        for attempt in range(ROUNDS):
            seen = ana.get(url)["ETag"]
            change = partial(ana.patch, url, {"title": f"Ana {attempt}"}, HTTP_IF_MATCH=seen)
            other = partial(ben.patch, url, {"title": f"Ben {attempt}"}, HTTP_IF_MATCH=seen)

            answers = self._race(change, other)

            assert sorted(answers) == [200, 412]
