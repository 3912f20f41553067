"""Text messages, phone calls and push messages, through an HTTP gateway (PHONE_GATEWAY_URL)."""

import json
from urllib.parse import urlsplit

from django.conf import settings

from config.base.net.signing import signature_headers
from oncall.channels import answers
from oncall.channels.base import Message, Outcome, refused

# A gateway that refuses our own credentials or account says nothing about the person, who must still be reached.
REFUSED_FOR_GOOD = answers.REFUSED_FOR_GOOD - {401, 402, 403, 407}


def host(address: str) -> str:
    """The gateway's host; every number is reached through it."""
    return urlsplit(settings.PHONE_GATEWAY_URL).netloc.rpartition("@")[2]


def find_gap() -> str:
    """What is missing before anything can be sent; empty if nothing is."""
    return "" if settings.PHONE_GATEWAY_URL else "Set PHONE_GATEWAY_URL to the address of your gateway."


def send(message: Message) -> Outcome:
    """POST the message to the gateway as `{"id", "kind", "to", "text", "url", "title", ...}`."""
    if not settings.PHONE_GATEWAY_URL:
        return refused("No phone gateway is set up (PHONE_GATEWAY_URL).")
    body = json.dumps(
        {
            "id": message.key,
            "kind": message.kind,
            "to": message.address,
            "text": message.one_line,
            "url": message.link,
            "title": message.title,
            "person": message.person,
            **message.facts,
        }
    ).encode()
    headers = {"Idempotency-Key": message.key}
    if settings.PHONE_GATEWAY_SECRET:
        headers |= signature_headers(message.key, body, secret=settings.PHONE_GATEWAY_SECRET)
    return answers.post(settings.PHONE_GATEWAY_URL, body=body, headers=headers, permanent=REFUSED_FOR_GOOD)
