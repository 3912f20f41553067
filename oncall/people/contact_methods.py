"""A person's contact methods: added, verified with a code, removed; and their notification rules."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac

from config.base.data import limits
from config.base.data.encryption import SecretUnreadable
from config.base.data.lifecycle import Refusal
from config.base.data.limits import DAY, HOUR, Limit, TooMany
from config.base.net import links
from oncall import signals
from oncall.channels import SENDERS, Message
from oncall.models import ContactKind, ContactMethod, NotificationRule, Urgency, User

logger = logging.getLogger(__name__)
_WINDOW_SECONDS = 600
# Codes cost money and reach whom somebody typed, so they are limited by person and by address.
_CODES_OF_PERSON = (Limit(8, HOUR), Limit(20, DAY))
_CODES_TO_ADDRESS = (Limit(1, 30), Limit(5, HOUR), Limit(10, DAY))
_CALLS_OF_PERSON = (Limit(5, HOUR), Limit(10, DAY))
_TRIES_OF_PERSON = (Limit(30, DAY),)
_TRIES_AT_ADDRESS = (Limit(5, _WINDOW_SECONDS),)
_SALT = "oncall.contact-code"


class WrongCode(Refusal):
    """The code is wrong or expired, or there were too many tries."""


class CodeNotSent(Refusal):
    """The code could not be sent."""


class LastContactMethod(Refusal):
    """Without it the person could not be reached."""


def add(*, user: User, kind: str, address: str, secret: str = "") -> ContactMethod:
    """Add a contact method, not verified yet: pages go only to verified ones. Raises ValidationError."""
    method = ContactMethod(user=user, kind=kind, address=address.strip(), secret=secret)
    method.full_clean()
    method.save()
    return method


def send_code(*, method: ContactMethod, at: datetime) -> None:
    """Send a code of six digits, valid for ten to twenty minutes. Raises CodeNotSent."""
    _count_code(method)
    code = _code(method, at, 0)
    if method.kind == ContactKind.EMAIL:
        body = render_to_string("message/contact_code.txt", {"code": code, "site_name": settings.SITE_NAME})
        try:
            EmailMessage(f"Your code for {settings.SITE_NAME}: {code}", body, to=[method.address]).send()
        except OSError as error:
            logger.warning("contact.code_not_sent", extra={"kind": method.kind, "error": type(error).__name__})
            raise CodeNotSent("The mail server could not be reached. Try again in a minute.") from None
        return
    try:
        address, secret = method.destination, method.secret.reveal()
    except SecretUnreadable as error:
        raise CodeNotSent(str(error)) from None
    outcome = SENDERS[method.kind](
        Message(
            key=f"code.{method.pk}.{int(at.timestamp())}",
            kind=method.kind,
            address=address,
            person=method.user.get_short_name(),
            title=f"Your code for {settings.SITE_NAME} is {' '.join(code)}",
            link=links.view_url("oncall:me"),
            secret=secret,
        )
    )
    if not outcome.is_accepted:
        raise CodeNotSent(f"The code could not be sent. {outcome.error}")


@transaction.atomic
def verify(*, method: ContactMethod, code: str, at: datetime) -> ContactMethod:
    """Verify the address with the code; the first verified one also gets notification rules. Raises WrongCode."""
    try:
        limits.take(
            "contact-try",
            [(method.user_id, _TRIES_OF_PERSON), ((method.user_id, _target(method)), _TRIES_AT_ADDRESS)],
            refusal="Too many wrong codes.",
        )
    except TooMany as refusal:
        raise WrongCode(str(refusal)) from None
    digits = "".join(code.split())
    if not any(constant_time_compare(digits, _code(method, at, back)) for back in (0, 1)):
        raise WrongCode("This code is wrong or expired. Check it, or send a new code.")
    method.verified_at = at
    method.save(update_fields=["verified_at"])
    for urgency in Urgency:
        if not NotificationRule.objects.filter(user=method.user, urgency=urgency).exists():
            NotificationRule.objects.create(user=method.user, urgency=urgency, contact_method=method)
    signals.send_reachability_changed(at=at, users=[method.user_id])
    return method


@transaction.atomic
def remove(*, method: ContactMethod) -> None:
    """Delete a contact method and its rules. Raises LastContactMethod for the person's only verified one."""
    User.objects.select_for_update(no_key=True).get(pk=method.user_id)  # two at once would leave none
    others = ContactMethod.objects.usable().filter(user=method.user).exclude(pk=method.pk)
    if method.verified_at and not others.exists():
        raise LastContactMethod("This is your only verified contact method. Add and verify another one first.")
    method.delete()


@transaction.atomic
def add_rule(*, user: User, urgency: str, after_minutes: int, method: ContactMethod) -> NotificationRule:
    """Add a notification rule after the existing ones. Raises ValidationError."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    last = NotificationRule.objects.filter(user=user, urgency=urgency).order_by("-position").first()
    rule = NotificationRule(
        user=user,
        urgency=urgency,
        after_minutes=after_minutes,
        contact_method=method,
        position=last.position + 1 if last else 0,
    )
    rule.full_clean()
    rule.save()
    return rule


@transaction.atomic
def remove_rule(*, rule: NotificationRule) -> None:
    """Delete a notification rule. Raises LastContactMethod for the last rule of its urgency."""
    User.objects.select_for_update(no_key=True).get(pk=rule.user_id)  # two at once would leave none
    others = NotificationRule.objects.filter(user=rule.user, urgency=rule.urgency).exclude(pk=rule.pk)
    if not others.exists():
        raise LastContactMethod("This is your last rule for this urgency. Add another one first.")
    rule.delete()


def _count_code(method: ContactMethod) -> None:
    """Count a code, also for a contact method that was deleted and added again. Raises CodeNotSent."""
    is_dialled = method.kind in {ContactKind.SMS, ContactKind.VOICE}
    try:
        limits.take("contact-code", [(_target(method), _CODES_TO_ADDRESS)], refusal="A code was sent there already.")
        limits.take(
            "contact-code",
            [(method.user_id, _CODES_OF_PERSON), *([(("dialled", method.user_id), _CALLS_OF_PERSON)] * is_dialled)],
            refusal="You have requested many codes.",
        )
    except TooMany as refusal:
        raise CodeNotSent(str(refusal)) from None


def _target(method: ContactMethod) -> str:
    """What a code reaches: a number is the same by text and by call."""
    return limits.address_key(method.address)


def _code(method: ContactMethod, at: datetime, back: int) -> str:
    window = int(at.timestamp()) // _WINDOW_SECONDS - back
    seed = salted_hmac(_SALT, f"{method.pk}:{method.address}:{window}", algorithm="sha256").hexdigest()
    return f"{int(seed, 16) % 1_000_000:06d}"
