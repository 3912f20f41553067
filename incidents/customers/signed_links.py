"""Signed links in mails to subscribers: they cannot be guessed, and each works for one purpose only."""

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing

from config.base.data.lifecycle import Refusal
from incidents.models import Subscriber

CONFIRM_WITHIN = timedelta(days=3)
_CONFIRM, _LEAVE = "incidents.subscription.confirm", "incidents.subscription.leave"


class BadLink(Refusal):
    """The link is invalid or expired; the message says what to do."""


def confirm_token(subscriber: Subscriber) -> str:
    """Proves that its holder reads the subscriber's mail; carries the components that were chosen."""
    return signing.dumps([subscriber.key.hex, subscriber.requested_components], salt=_CONFIRM)


def unsubscribe_token(subscriber: Subscriber) -> str:
    """Ends this subscription; it never expires."""
    return signing.dumps(subscriber.key.hex, salt=_LEAVE)


def read_confirm_token(token: str) -> tuple[uuid.UUID, list[str]]:
    """The subscriber's key, and the public ids of the components. Raises BadLink."""
    key, component_ids = _read(token, salt=_CONFIRM, within=CONFIRM_WITHIN)
    return uuid.UUID(key), component_ids


def read_unsubscribe_token(token: str) -> uuid.UUID:
    """The subscriber's key. Raises BadLink."""
    return uuid.UUID(_read(token, salt=_LEAVE))


def _read(token: str, *, salt: str, within: timedelta | None = None) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=within)
    except signing.SignatureExpired:
        raise BadLink("This link is more than three days old. Subscribe again to get a new one.") from None
    except signing.BadSignature:
        raise BadLink("This link is not complete. Copy it again from the mail.") from None
