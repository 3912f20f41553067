"""A postmortem's public text on the status page, its feeds and, on request, in the subscribers' mail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from config.base.net import broker
from incidents.customers import deliveries
from incidents.models import CustomerUpdate, PublicIncident
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
TEXT = "A change of ours broke payments. We now test it first."
PLACES = ("/status/history.atom", "/status/history.rss", "/api/v2/incidents.json")


@pytest.fixture(autouse=True)
def broker_ask() -> Iterator[Any]:
    """The calls to Celery; no broker is needed."""
    with mock.patch.object(broker, "enqueue", return_value=True) as ask:
        yield ask


@pytest.fixture
def postmortem() -> Any:
    """Approved, with a text for the public."""
    at = timezone.now()
    return make.PostmortemFactory(
        owner=make.UserFactory(), section="Secret cause", public_text=TEXT, status="approved",
        approved_by=make.UserFactory(), approved_at=at,
    )  # fmt: skip


@pytest.fixture
def trouble(postmortem: Any) -> Any:
    """The published incident, and a subscriber."""
    at = timezone.now()
    page = make.StatusPageFactory(is_default=True)
    make.SubscriberFactory(page=page, email="eve@example.org")
    incident = make.PublicIncidentFactory(
        page=page, ticket=postmortem.ticket, status="resolved", created_at=at, resolved_at=at, next_update_at=None
    )
    make.CustomerUpdateFactory(incident=incident, status="resolved", body="It works.", next_update_at=None,
                               published_at=at, fanned_out_at=at)  # fmt: skip
    return incident


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make.UserFactory(roles=[Role.MANAGER]))
    return client


def _mailed(broker_ask: Any) -> list[str]:
    for call in broker_ask.call_args_list:
        call.args[0](*call.args[1:])
    deliveries.send_due()
    return [f"{message.to[0]}: {message.body}" for message in mail.outbox]


class TestPublishing:
    def test_shows_it_below_the_updates(
        self, boss: Client, postmortem: Any, trouble: Any, broker_ask: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        """S38: published as its own text, and nothing else of the postmortem."""
        with django_capture_on_commit_callbacks(execute=True):
            boss.post(f"{postmortem.get_absolute_url()}publish/", {})
        page = Client().get(trouble.get_absolute_url()).content.decode()

        assert TEXT in page
        assert "Postmortem" in page
        assert "Secret cause" not in page
        assert all(TEXT in Client().get(place).content.decode() for place in PLACES)
        newest = Client().get("/api/v2/incidents.json").json()["incidents"][0]
        assert newest["status"] == "postmortem"
        assert newest["incident_updates"][0]["deliver_notifications"] is False
        assert _mailed(broker_ask) == []

    def test_mails_it_on_request(
        self, boss: Client, postmortem: Any, trouble: Any, broker_ask: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            boss.post(f"{postmortem.get_absolute_url()}publish/", {"tells_subscribers": "on"})

        (message,) = _mailed(broker_ask)
        assert message.startswith("eve@example.org")
        assert TEXT in message

    def test_asks_first_on_a_page_of_its_own(self, boss: Client, postmortem: Any) -> None:
        assert "Mail it to the subscribers" in boss.get(f"{postmortem.get_absolute_url()}publish/").content.decode()

    def test_waits_until_the_public_incident_is_resolved(self, boss: Client, postmortem: Any, trouble: Any) -> None:
        PublicIncident.objects.update(
            status="monitoring", resolved_at=None, next_update_at=timezone.now() + timedelta(hours=1)
        )

        answer = boss.post(f"{postmortem.get_absolute_url()}publish/", {})

        assert answer.status_code == 422
        assert "Customers still wait" in answer.content.decode()
        postmortem.refresh_from_db()
        assert postmortem.status == "approved"

    def test_works_over_the_api_and_without_anything_on_the_page(self, postmortem: Any) -> None:
        api = client_of(make.UserFactory(roles=[Role.MANAGER]))

        answer = api.post(f"/api/v1/postmortems/{postmortem.pk}/publish/", {"tells_subscribers": True})

        assert (answer.status_code, answer.json()["status"]) == (200, "published")
        assert not CustomerUpdate.objects.exists()


class TestWithdrawing:
    def test_takes_it_off_the_page_and_out_of_the_mail(
        self, boss: Client, postmortem: Any, trouble: Any, broker_ask: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            boss.post(f"{postmortem.get_absolute_url()}publish/", {"tells_subscribers": "on"})
        deliveries.fan_out(CustomerUpdate.objects.latest("pk").pk)
        boss.post(f"{postmortem.get_absolute_url()}withdraw/", {"text": "A number was wrong."})

        assert all(TEXT not in Client().get(place).content.decode() for place in PLACES)
        assert TEXT not in Client().get(trouble.get_absolute_url()).content.decode()
        assert Client().get("/api/v2/incidents.json").json()["incidents"][0]["status"] == "resolved"
        assert _mailed(broker_ask) == []
        boss.post(f"{postmortem.get_absolute_url()}publish/", {})
        assert TEXT in Client().get(trouble.get_absolute_url()).content.decode()
