"""Pages by e-mail, over SMTP."""

import hashlib
import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.template.loader import render_to_string

from config.base.data.outbox import SEND_DEADLINE
from oncall.channels.base import Message, Outcome, accepted, refused, unprepared

logger = logging.getLogger(__name__)


def send(message: Message) -> Outcome:
    """One mail to one address; the same key gives the same Message-ID, so a repeat is recognised."""
    host = urlsplit(settings.SITE_URL).hostname
    name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    try:
        text = _body(message)
    except Exception as error:  # a template may fail in any way; the person is told all the same
        logger.exception("mail.unprepared", extra={"key": message.key})
        return unprepared(f"The mail could not be built ({type(error).__name__}).")
    mail = EmailMessage(
        subject=_subject(message),
        body=text,
        to=[message.address],
        headers={"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated", "X-Holdfast-Key": message.key},
        connection=get_connection(timeout=SEND_DEADLINE.total_seconds() / 2),
    )
    return post(mail)


def host(address: str) -> str:
    """The mail server's host."""
    return settings.EMAIL_HOST


def find_gap() -> str:
    """What is missing before mails can be sent; empty if nothing is."""
    if settings.EMAIL_IS_SET:
        return ""
    return f"Set EMAIL_URL to your mail server: mails go to {settings.EMAIL_HOST}:{settings.EMAIL_PORT}."


def _body(message: Message) -> str:
    if message.is_plain:
        return f"{message.text}\n\n{message.link}\n"
    return render_to_string(f"message/{message.type}.txt", {"message": message, "site_name": settings.SITE_NAME})


def _subject(message: Message) -> str:
    """A page starts with its severity, a reminder with "Reminder"; a notice must look like neither."""
    if message.type == "notice" or message.is_plain:
        return message.title[:200]
    return f"[{message.facts.get('severity', message.type.capitalize())}] {message.title}"[:200]


def post(mail: EmailMessage) -> Outcome:
    """Send a mail to the mail server and return its answer."""
    if any(character in address for address in mail.recipients() for character in "\r\n"):
        return refused("The address contains characters that a mail cannot have.", is_permanent=True)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return refused(f"The mail server refused the address ({code}).", is_permanent=code >= 500)
    except smtplib.SMTPResponseException as error:
        return refused(f"The mail server answered {error.smtp_code}.")
    except (BadHeaderError, UnicodeError) as error:
        return unprepared(f"The title or text contains characters that a mail cannot have ({type(error).__name__}).")
    except (OSError, smtplib.SMTPException) as error:
        return refused(f"The mail server could not be reached ({type(error).__name__}).")
    return accepted(str(mail.extra_headers.get("Message-ID", "")).strip("<>").partition("@")[0])
