"""Mails about one incident or maintenance are one thread of each subscriber's mail program."""

from typing import Any

import pytest
from django.core import mail

from incidents.customers import deliveries
from incidents.models import StatusPage
from tests import factories as make

pytestmark = pytest.mark.django_db


def _send(kind: str, updates: list[Any]) -> list[Any]:
    """The mails to a new subscriber about these updates, in their order."""
    mail.outbox.clear()
    subscriber = make.SubscriberFactory()
    for place, update in enumerate(updates):
        make.UpdateDeliveryFactory(
            subscriber=subscriber, key=f"{subscriber.pk}:{place}", state="pending", accepted_at=None,
            **{"update": None, kind: update},
        )  # fmt: skip
    deliveries.send_due()
    return sorted(mail.outbox, key=lambda message: message.body)


def _page() -> Any:
    return StatusPage.objects.filter(name="Nordwind").first() or make.StatusPageFactory(name="Nordwind")


def _updates() -> list[Any]:
    incident = make.PublicIncidentFactory(name="Payments fail", page=_page())
    return [
        make.CustomerUpdateFactory(incident=incident, status=status, body=status)
        for status in ("identified", "investigating", "monitoring")
    ]


def _notices() -> list[Any]:
    maintenance = make.MaintenanceFactory(name="New servers", page=_page())
    return [
        make.MaintenanceUpdateFactory(maintenance=maintenance, status=status)
        for status in ("completed", "in_progress", "scheduled")
    ]


@pytest.mark.parametrize(
    ("kind", "build", "subject"),
    [
        ("update", _updates, "[Nordwind] Payments fail"),
        ("notice", _notices, "[Nordwind] Maintenance: New servers"),
    ],
)
class TestThread:
    def test_has_one_subject_and_answers_the_first_mail(self, kind: str, build: Any, subject: str) -> None:
        first, *others = _send(kind, build())

        assert {message.subject for message in (first, *others)} == {subject}
        first_id = first.extra_headers["Message-ID"]
        assert "In-Reply-To" not in first.extra_headers
        assert len(others) == 2
        for message in others:
            assert message.extra_headers["In-Reply-To"] == message.extra_headers["References"] == first_id
            assert message.extra_headers["Message-ID"] != first_id

    def test_is_of_one_subscriber(self, kind: str, build: Any, subject: str) -> None:
        updates = build()

        threads = [_send(kind, updates)[0].extra_headers["Message-ID"] for _ in range(2)]

        assert threads[0] != threads[1]

    def test_is_of_one_incident_or_maintenance(self, kind: str, build: Any, subject: str) -> None:
        sent = _send(kind, [build()[0], build()[0]])

        assert len(sent) == 2
        assert all("In-Reply-To" not in message.extra_headers for message in sent)


class TestText:
    def test_begins_with_the_status(self) -> None:
        assert [message.body.partition(":")[0] for message in _send("update", _updates())] == [
            "Identified", "Investigating", "Monitoring",
        ]  # fmt: skip
