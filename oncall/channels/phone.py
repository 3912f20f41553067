"""Text messages, phone calls and push messages, through an HTTP gateway (PHONE_GATEWAY_URL)."""

import json

from django.conf import settings

from config.base.net.signing import signature_headers
from oncall.channels.answers import post
from oncall.channels.base import Message, Outcome, refused


def send(message: Message) -> Outcome:
    """POST the message to the gateway as `{"id", "kind", "to", "text", "url", "title", ...}`."""
    if not settings.PHONE_GATEWAY_URL:
        return refused("No phone gateway is set up (PHONE_GATEWAY_URL).", is_permanent=True)
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
    return post(settings.PHONE_GATEWAY_URL, body=body, headers=headers)
