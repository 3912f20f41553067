"""Messages to a person's own webhook, signed as Standard Webhooks specifies."""

import json
from urllib.parse import urlsplit

from config.base.net.signing import signature_headers
from oncall.channels.answers import post
from oncall.channels.base import Message, Outcome


def host(address: str) -> str:
    """The host of the person's own address."""
    return urlsplit(address).netloc.rpartition("@")[2]


def send(message: Message) -> Outcome:
    """POST `{"type": "page", "reminder" or "notice", "data": {...}}`; the same id on a repeat."""
    data = {"id": message.key, "title": message.title, "url": message.link, "person": message.person, **message.facts}
    body = json.dumps({"type": message.type, "data": data}).encode()
    headers = {"Idempotency-Key": message.key}
    if message.secret:
        headers |= signature_headers(message.key, body, secret=message.secret)
    return post(message.address, body=body, headers=headers)
