"""Channels, one module each; a new channel is a module with `send` and a line in SENDERS."""

from oncall.channels import email, phone, webhook
from oncall.channels.base import Message, Outcome, Send, facts_for, plain

SENDERS: dict[str, Send] = {
    "email": email.send,
    "sms": phone.send,
    "voice": phone.send,
    "push": phone.send,
    "webhook": webhook.send,
}

__all__ = ["SENDERS", "Message", "Outcome", "Send", "facts_for", "plain"]
