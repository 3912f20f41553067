"""Channels, one module each; a new channel is a module with `send`, `host`, `find_gap`, and lines in the tables."""

from collections.abc import Callable

from oncall.channels import email, phone, webhook
from oncall.channels.base import Message, Outcome, Send, facts_for, plain

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
GAPS: dict[str, Callable[[], str]] = {
    "email": email.find_gap,
    "sms": phone.find_gap,
    "voice": phone.find_gap,
    "push": phone.find_gap,
}
"""What is not set up for a channel, as a sentence, or nothing; a channel without an entry needs nothing set up."""
HOST_LIMITS = {"webhook": 4}
"""Sends at once to one host; a channel without an entry has the outbox's cap. A webhook's host is one person's."""


def host_of(channel: str, address: str) -> str:
    """The host that sends a message to this address; empty for an unknown channel or an unreadable address."""
    try:
        return HOSTS[channel](address)[:255]
    except (KeyError, ValueError):
        return ""


def find_gap(channel: str) -> str:
    """What an operator has to set before this channel can send, as a sentence; empty if it is set up."""
    return GAPS[channel]() if channel in GAPS else ""


__all__ = [
    "GAPS",
    "HOSTS",
    "HOST_LIMITS",
    "SENDERS",
    "Message",
    "Outcome",
    "Send",
    "facts_for",
    "find_gap",
    "host_of",
    "plain",
]
