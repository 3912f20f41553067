"""Subscriptions and mails: confirmed by mail, mailed once, unsubscribed by one click, also without a broker."""

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from kombu.exceptions import OperationalError

from config.base.data.clock import database_now
from config.base.net import broker
from incidents.customers import deliveries, signed_links, subscriptions
from incidents.models import Subscriber, UpdateDelivery
from oncall.channels.base import refused
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def broker_calls() -> Any:
    """The calls to Celery; no broker is needed."""
    broker.reset()
    with (
        mock.patch.object(deliveries.fan_out, "apply_async") as fan_out,
        mock.patch.object(deliveries.send_due, "apply_async") as send_due,
    ):
        yield {"fan_out": fan_out, "send_due": send_due}


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory(name="Acme")


def _path(text: str) -> str:
    match = re.search(r"https?://[^/]+(/status/(?:confirm|unsubscribe)/\S+)", text)
    assert match
    return match[1]


class TestRequestSubscription:
    def test_begins_only_when_the_mail_is_answered(self, client: Client, page: Any) -> None:
        component = make.ComponentFactory(page=page)
        answer = client.post("/status/subscribe/", {"email": "Eve@Example.org", "components": [component.public_id]})
        deliveries.send_due()
        path = _path(str(mail.outbox[0].body))

        opened = client.get(path)
        assert not Subscriber.objects.active().exists()
        confirmed = client.post(path)

        assert (answer.status_code, opened.status_code, confirmed.status_code) == (200, 200, 200)
        subscriber = Subscriber.objects.active().get()
        assert subscriber.email == "eve@example.org"
        assert list(subscriber.components.all()) == [component]

    def test_says_the_same_to_everybody_and_changes_nobody(self, client: Client, page: Any) -> None:
        subscriber = make.SubscriberFactory(page=page, email="known@example.org")
        component = make.ComponentFactory(page=page)

        answers = [
            client.post("/status/subscribe/", {"email": email, "components": [component.public_id]}).content
            for email in ("known@example.org", "new@example.org", "new@example.org")
        ]

        assert len(set(answers)) == 1
        assert not subscriber.components.exists()
        assert UpdateDelivery.objects.filter(subscriber__email="new@example.org").count() == 1

    def test_mails_one_mailbox_five_times_a_day_at_most_on_all_pages_together(self) -> None:
        pages = [make.StatusPageFactory() for _ in range(7)]

        for number, page in enumerate(pages):
            subscriptions.request_subscription(
                page=page, email=f"eve+{number}@example.org", components=[], at=make.NOON
            )

        assert UpdateDelivery.objects.filter(address__startswith="eve+").count() == 5

    def test_refuses_what_is_no_address(self, client: Client, page: Any) -> None:
        answer = client.post("/status/subscribe/", {"email": "nobody"})

        assert answer.status_code == 422
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize("action", ["confirm", "unsubscribe"])
    def test_refuses_links_that_are_not_ours(self, client: Client, page: Any, action: str) -> None:
        token_of_other_action = signed_links.unsubscribe_token(make.SubscriberFactory(page=page))
        wrong = [token_of_other_action + "x", "x"] if action == "unsubscribe" else [token_of_other_action, "x"]
        for token in wrong:
            assert client.get(f"/status/{action}/{token}/").status_code == 404
            assert client.post(f"/status/{action}/{token}/").status_code == 404


class TestFanOut:
    def test_makes_one_mail_a_subscriber_however_often_it_runs(self, page: Any, broker_calls: Any) -> None:
        update = make.CustomerUpdateFactory(incident__page=page)
        component = make.ComponentFactory(page=page)
        update.incident.components.add(component)
        for _ in range(5):
            make.SubscriberFactory(page=page)
        make.SubscriberFactory(page=page).components.add(component)
        make.SubscriberFactory(page=page).components.add(make.ComponentFactory(page=page))
        make.SubscriberFactory()

        with mock.patch.object(deliveries, "CHUNK", 2):
            deliveries.fan_out(update.pk)
            type(update).objects.update(fanned_out_at=None)
            deliveries.fan_out(update.pk)

        rows = UpdateDelivery.objects.filter(update=update)
        assert rows.count() == 6
        assert {row.key for row in rows} == {f"{update.pk}:{row.subscriber_id}" for row in rows}
        assert broker_calls["send_due"].call_count >= 3

    def test_sends_with_one_click_unsubscribe(self, client: Client, page: Any) -> None:
        update = make.CustomerUpdateFactory(incident__page=page)
        subscriber = make.SubscriberFactory(page=page)
        deliveries.fan_out(update.pk)

        deliveries.send_due()
        deliveries.send_due()

        (sent,) = mail.outbox
        assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = _path(sent.extra_headers["List-Unsubscribe"].strip("<>"))
        answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
        subscriber.refresh_from_db()
        assert answer.status_code == 200
        assert subscriber.unsubscribed_at is not None
        assert UpdateDelivery.objects.get().state == "accepted"

    def test_does_not_mail_those_who_left_meanwhile(self, page: Any) -> None:
        update = make.CustomerUpdateFactory(incident__page=page)
        subscriber = make.SubscriberFactory(page=page)
        deliveries.fan_out(update.pk)
        subscriptions.unsubscribe(token=signed_links.unsubscribe_token(subscriber), at=database_now())

        deliveries.send_due()

        assert mail.outbox == []
        assert UpdateDelivery.objects.get().state == "cancelled"

    def test_tries_again_what_the_server_did_not_take(self, page: Any) -> None:
        update = make.CustomerUpdateFactory(incident__page=page)
        make.SubscriberFactory(page=page)
        deliveries.fan_out(update.pk)

        with mock.patch.object(deliveries, "post", return_value=refused("Not now.")):
            deliveries.send_due()

        row = UpdateDelivery.objects.get()
        assert (row.state, row.last_error) == ("pending", "Not now.")
        assert row.due_at > database_now()


class TestRequeueStale:
    def test_queues_again_what_waited_too_long(self, page: Any, broker_calls: Any) -> None:
        update = make.CustomerUpdateFactory(incident__page=page)
        make.UpdateDeliveryFactory(state="pending")

        assert deliveries.requeue_stale(at=database_now() + timedelta(minutes=1)) == 1

        assert (update.pk,) in [call.kwargs["args"] for call in broker_calls["fan_out"].call_args_list]
        assert broker_calls["send_due"].call_count == 1

    def test_asks_a_missing_broker_only_once(self, broker_calls: Any) -> None:
        """The lane's other clocks wait for nobody (paging rule 14)."""
        make.UpdateDeliveryFactory(state="pending")
        broker_calls["send_due"].side_effect = OperationalError("gone")

        assert [deliveries.requeue_stale(at=database_now()) for _ in range(3)] == [1, 1, 1]

        assert broker.is_resting()
        assert broker_calls["send_due"].call_count == 2  # the second for a connection that was merely old
