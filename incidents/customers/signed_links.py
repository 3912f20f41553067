"""Links in mails to subscribers: signed, so nobody guesses them, and read back only as what they were made for."""

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing

from config.base.data.lifecycle import Refusal
from incidents.models import Subscriber

CONFIRM_WITHIN = timedelta(days=3)
_CONFIRM, _LEAVE = "incidents.subscription.confirm", "incidents.subscription.leave"


class BadLink(Refusal):
    """The link is not ours, or too old; the message says what to do."""


def confirm_token(subscriber: Subscriber) -> str:
    """Proves that its holder reads the subscriber's mail; carries the parts that were asked for."""
    return signing.dumps([subscriber.key.hex, subscriber.asked], salt=_CONFIRM)


def leave_token(subscriber: Subscriber) -> str:
    """Ends this subscription; it never grows too old for that."""
    return signing.dumps(subscriber.key.hex, salt=_LEAVE)


def read_confirm(token: str) -> tuple[uuid.UUID, list[str]]:
    """Whose it is, and the parts. Raises BadLink."""
    key, asked = _read(token, salt=_CONFIRM, within=CONFIRM_WITHIN)
    return uuid.UUID(key), asked


def read_leave(token: str) -> uuid.UUID:
    """Whose it is. Raises BadLink."""
    return uuid.UUID(_read(token, salt=_LEAVE))


def _read(token: str, *, salt: str, within: timedelta | None = None) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=within)
    except signing.SignatureExpired:
        raise BadLink("This link is more than three days old. Subscribe again to get a new one.") from None
    except signing.BadSignature:
        raise BadLink("This link is not complete. Copy it again from the mail.") from None
