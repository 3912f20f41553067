"""Subscribing to updates: asked for, confirmed by mail, ended by one click; the answer never tells who is known."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from incidents.customers import deliveries, signed_links
from incidents.models import Component, StatusPage, Subscriber, UpdateDelivery

ASK_AGAIN = timedelta(minutes=10)


@transaction.atomic
def ask(*, page: StatusPage, email: str, components: Collection[str], at: datetime) -> None:
    """Mail a question to the address. Nothing changes until it is confirmed, also for somebody known.

    A second question within ten minutes is not sent: nobody's mailbox is filled by strangers.
    """
    found, created = Subscriber.objects.get_or_create(
        page=page, email=email.strip().lower(), defaults={"asked_at": at, "created_at": at}
    )
    subscriber = Subscriber.objects.select_for_update().get(pk=found.pk)
    if not created and subscriber.asked_at > at - ASK_AGAIN:
        return
    known = page.components.filter(public_id__in=components).order_by("pk")
    subscriber.asked, subscriber.asked_at = list(known.values_list("public_id", flat=True)), at
    subscriber.save(update_fields=["asked", "asked_at"])
    UpdateDelivery.objects.create(
        key=f"confirm:{subscriber.pk}:{at.timestamp():.0f}", channel="email", address=subscriber.email,
        subscriber=subscriber, priority=1, due_at=at, created_at=at,
    )  # fmt: skip
    deliveries.enqueue(deliveries.send_due)


@transaction.atomic
def confirm(*, token: str, at: datetime) -> Subscriber:
    """Begin the subscription, with the parts that were asked for. Raises BadLink."""
    key, asked = signed_links.read_confirm(token)
    subscriber = _locked(key)
    subscriber.components.set(Component.objects.filter(page=subscriber.page_id, public_id__in=asked))
    subscriber.confirmed_at, subscriber.unsubscribed_at = at, None
    subscriber.save(update_fields=["confirmed_at", "unsubscribed_at"])
    return subscriber


@transaction.atomic
def unsubscribe(*, token: str, at: datetime) -> Subscriber:
    """End the subscription; a second click changes nothing. Raises BadLink."""
    subscriber = _locked(signed_links.read_leave(token))
    if subscriber.unsubscribed_at is None:
        subscriber.unsubscribed_at = at
        subscriber.save(update_fields=["unsubscribed_at"])
    return subscriber


def page_of(key: uuid.UUID) -> StatusPage:
    """The page a link in a mail belongs to. Raises BadLink."""
    return _found(Subscriber.objects.select_related("page"), key).page


def _locked(key: uuid.UUID) -> Subscriber:
    return _found(Subscriber.objects.select_for_update(of=("self",)).select_related("page"), key)


def _found(rows: QuerySet[Subscriber], key: uuid.UUID) -> Subscriber:
    found = rows.filter(key=key).first()
    if found is None:
        raise signed_links.BadLink("This subscription does not exist any more. There is nothing left to do.")
    return found
