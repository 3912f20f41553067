"""Channels, one module each; a new channel is a module with `send` and `host`, and a line in both tables here."""

from collections.abc import Callable

from oncall.channels import email, phone, webhook
from oncall.channels.base import Message, Outcome, Send

SENDERS: dict[str, Send] = {
    "email": email.send,
    "sms": phone.send,
    "voice": phone.send,
    "push": phone.send,
    "webhook": webhook.send,
}
HOSTS: dict[str, Callable[[str], str]] = {
    "email": email.host,
    "sms": phone.host,
    "voice": phone.host,
    "push": phone.host,
    "webhook": webhook.host,
}
HOST_LIMITS = {"webhook": 4}
"""Sends at once to one host; a channel without an entry has the outbox's cap. A webhook's host is one person's."""


def host_of(channel: str, address: str) -> str:
    """The host that sends a message to this address; empty for an unknown channel or an unreadable address."""
    try:
        return HOSTS[channel](address)[:255]
    except (KeyError, ValueError):
        return ""


__all__ = ["HOSTS", "HOST_LIMITS", "SENDERS", "Message", "Outcome", "Send", "host_of"]
