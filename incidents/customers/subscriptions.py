"""Subscriptions: confirmed by mail, ended by one click. Responses never say whether an address is subscribed."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from config.base.data import limits
from config.base.data.limits import DAY, Limit, TooMany
from incidents.customers import deliveries, signed_links
from incidents.models import Component, StatusPage, Subscriber, UpdateDelivery

RESEND_AFTER = timedelta(minutes=10)
_MAILS_TO_ADDRESS = (Limit(5, DAY),)


@transaction.atomic
def request_subscription(*, page: StatusPage, email: str, components: Collection[str], at: datetime) -> None:
    """Mail a confirmation link to the address. Nothing changes until it is used, also for a subscriber.

    A second mail within ten minutes is not sent, nor a sixth within a day, whatever the page, so that nobody can fill
    another person's mailbox.
    """
    row, created = Subscriber.objects.get_or_create(
        page=page, email=email.strip().lower(), defaults={"requested_at": at, "created_at": at}
    )
    subscriber = Subscriber.objects.select_for_update().get(pk=row.pk)
    if not created and subscriber.requested_at > at - RESEND_AFTER:
        return
    try:
        limits.take(
            "subscribe", [(limits.address_key(email), _MAILS_TO_ADDRESS)], refusal="Many mails were sent there."
        )
    except TooMany:
        return  # The visitor sees the same answer as everybody.
    chosen = page.components.filter(public_id__in=components).order_by("pk")
    subscriber.requested_components, subscriber.requested_at = list(chosen.values_list("public_id", flat=True)), at
    subscriber.save(update_fields=["requested_components", "requested_at"])
    UpdateDelivery.objects.create(
        key=f"confirm:{subscriber.pk}:{at.timestamp():.0f}", channel="email", address=subscriber.email,
        subscriber=subscriber, priority=1, due_at=at, created_at=at,
    )  # fmt: skip
    deliveries.enqueue(deliveries.send_due)


@transaction.atomic
def confirm(*, token: str, at: datetime) -> Subscriber:
    """Begin the subscription with the chosen components. Raises BadLink."""
    key, component_ids = signed_links.read_confirm_token(token)
    subscriber = _locked(key)
    subscriber.components.set(Component.objects.filter(page=subscriber.page_id, public_id__in=component_ids))
    subscriber.confirmed_at, subscriber.unsubscribed_at = at, None
    subscriber.save(update_fields=["confirmed_at", "unsubscribed_at"])
    return subscriber


@transaction.atomic
def unsubscribe(*, token: str, at: datetime) -> Subscriber:
    """End the subscription; a second click changes nothing. Raises BadLink."""
    subscriber = _locked(signed_links.read_unsubscribe_token(token))
    if subscriber.unsubscribed_at is None:
        subscriber.unsubscribed_at = at
        subscriber.save(update_fields=["unsubscribed_at"])
    return subscriber


def page_of(key: uuid.UUID) -> StatusPage:
    """The page a link in a mail belongs to. Raises BadLink."""
    return _get_subscriber(Subscriber.objects.select_related("page"), key).page


def _locked(key: uuid.UUID) -> Subscriber:
    return _get_subscriber(Subscriber.objects.select_for_update(of=("self",)).select_related("page"), key)


def _get_subscriber(rows: QuerySet[Subscriber], key: uuid.UUID) -> Subscriber:
    subscriber = rows.filter(key=key).first()
    if subscriber is None:
        raise signed_links.BadLink("This subscription does not exist any more. You do not need to do anything.")
    return subscriber
