"""Pages by e-mail, over SMTP."""

import hashlib
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.template.loader import render_to_string

from config.base.data.outbox import SEND_DEADLINE
from oncall.channels.base import Message, Outcome, accepted, refused, unprepared


def send(message: Message) -> Outcome:
    """One mail to one address; the same key gives the same Message-ID, so a repeat is recognised."""
    host = urlsplit(settings.SITE_URL).hostname
    name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    text = _text(message)
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


def _text(message: Message) -> str:
    if message.is_plain:
        return f"{message.title}.\n\nOpen the link, or sign in to read what it is:\n{message.link}\n"
    return render_to_string(f"message/{message.type}.txt", {"message": message, "site_name": settings.SITE_NAME})


def _subject(message: Message) -> str:
    """A page starts with its severity, a reminder with "Reminder"; a notice must look like neither."""
    if message.type == "notice" or message.is_plain:
        return message.title[:200]
    return f"[{message.facts.get('severity', message.type.capitalize())}] {message.title}"[:200]


def post(mail: EmailMessage) -> Outcome:
    """Send a mail to the mail server and return its answer."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return refused(f"The mail server refused the address ({code}).", is_permanent=code >= 500)
    except smtplib.SMTPResponseException as error:
        return refused(f"The mail server answered {error.smtp_code}.")
    except BadHeaderError:
        return unprepared("The address or title contains characters that a mail cannot have.")
    except (OSError, smtplib.SMTPException) as error:
        return refused(f"The mail server could not be reached ({type(error).__name__}).")
    return accepted(str(mail.extra_headers.get("Message-ID", "")).strip("<>").partition("@")[0])
