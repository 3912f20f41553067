"""Several status pages: each with its own address, components, feeds and subscribers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from incidents.customers import deliveries, status_page
from incidents.models import CustomerUpdate, StatusPage, Subscriber
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def main() -> Any:
    return make.StatusPageFactory(name="Acme", slug="acme", is_default=True)


@pytest.fixture
def second_page(main: Any) -> Any:
    return make.StatusPageFactory(name="Bolt", slug="bolt")


@pytest.fixture
def trouble(second_page: Any) -> Any:
    at = timezone.now()
    incident = make.PublicIncidentFactory(page=second_page, name="Bolts are loose", created_at=at,
                                          next_update_at=at + timedelta(hours=1))  # fmt: skip
    make.CustomerUpdateFactory(incident=incident, published_at=at, next_update_at=at + timedelta(hours=1))
    return incident


class TestAddresses:
    def test_are_their_own(self, client: Client, main: Any, second_page: Any, trouble: Any) -> None:
        assert "Bolts are loose" not in client.get("/status/").content.decode()
        page_text = client.get("/status/bolt/").content.decode()
        assert "Bolts are loose" in page_text
        assert 'href="/status/bolt/history.atom"' in page_text
        assert "Bolts are loose" in client.get("/status/bolt/history.rss").content.decode()
        summary = client.get("/status/bolt/api/v2/summary.json").json()
        assert [incident["name"] for incident in summary["incidents"]] == ["Bolts are loose"]
        assert summary["page"]["url"].endswith("/status/bolt/")
        assert client.get("/api/v2/summary.json").json()["page"]["name"] == "Acme"

    def test_of_an_incident_show_its_own_page(self, client: Client, main: Any, trouble: Any) -> None:
        page_text = client.get(trouble.get_absolute_url()).content.decode()

        assert "Bolt" in page_text
        assert "Acme" not in page_text

    def test_of_no_page_do_not_exist(self, client: Client, main: Any) -> None:
        assert client.get("/status/nothing/").status_code == 404

    def test_of_the_default_page_work_with_its_slug_too(self, client: Client, main: Any) -> None:
        assert client.get("/status/acme/").content == client.get("/status/").content
        assert main.get_absolute_url() == "/status/"


class TestPage:
    def test_cannot_take_a_reserved_slug(self) -> None:
        with pytest.raises(ValidationError, match="is reserved"):
            make.StatusPageFactory.build(slug="incidents").clean()
        with pytest.raises(IntegrityError, match="slug_free"), transaction.atomic():
            make.StatusPageFactory(slug="incidents")

    def test_is_the_default_alone(self, main: Any) -> None:
        with pytest.raises(IntegrityError, match="one_default"), transaction.atomic():
            make.StatusPageFactory(is_default=True)

    def test_answers_as_the_oldest_when_none_was_chosen(self) -> None:
        oldest = make.StatusPageFactory()
        make.StatusPageFactory()

        assert status_page.first_page() == oldest


class TestSubscribing:
    def test_is_to_the_page_of_the_form(self, client: Client, main: Any, second_page: Any) -> None:
        client.post("/status/bolt/subscribe/", {"email": "eve@example.org"})
        deliveries.send_due()
        (sent,) = mail.outbox
        path = next(word for word in str(sent.body).split() if "/status/confirm/" in word).partition("/status/")[2]

        assert "Bolt" in client.get(f"/status/{path}").content.decode()
        assert "Bolt" in client.post(f"/status/{path}").content.decode()
        assert Subscriber.objects.active().get().page == second_page


class TestPublishing:
    def test_is_on_the_page_of_the_service_or_the_one_chosen(
        self, client: Client, main: Any, second_page: Any
    ) -> None:
        service = make.ServiceFactory()
        make.ComponentFactory(page=second_page, service=service)
        ticket = make.IncidentFactory(service=service)
        commander = make.UserFactory(roles=[Role.COMMANDER])
        update = {"incident": ticket.reference, "name": "Loose", "status": "investigating", "body": "We look.",
                "next_update_at": (timezone.now() + timedelta(hours=1)).isoformat()}  # fmt: skip

        assert client_of(commander).post("/api/v1/updates/", update).status_code == 201
        assert client_of(commander).post("/api/v1/updates/", {**update, "page": "acme"}).status_code == 201
        assert client_of(commander).post("/api/v1/updates/", {**update, "page": "nothing"}).status_code == 400

        pages = CustomerUpdate.objects.order_by("pk").values_list("incident__page__slug", flat=True)
        assert list(pages) == ["bolt", "acme"]
        client.force_login(commander)
        composer = f"{ticket.get_absolute_url()}update/"
        assert '<option value="bolt" selected>' in client.get(composer).content.decode()
        assert '<option value="acme" selected>' in client.get(f"{composer}?page=acme").content.decode()
        assert StatusPage.objects.count() == 2
