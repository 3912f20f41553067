"""How a person can be reached: added by them, proven with a code, removed."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac

from config.base.data.lifecycle import Refusal
from config.base.net import links
from oncall import signals
from oncall.channels import SENDERS, Message
from oncall.models import ContactKind, ContactMethod, NotificationRule, Urgency, User

logger = logging.getLogger(__name__)
_WINDOW = 600
_TRIES = 5
_SALT = "oncall.contact-code"


class WrongCode(Refusal):
    """The code is wrong, too old, or was tried too often."""


class NotSent(Refusal):
    """The code could not be sent."""


class LastOne(Refusal):
    """It is the only way to reach the person."""


def add(*, user: User, kind: str, address: str, secret: str = "") -> ContactMethod:
    """A new way to reach `user`, unproven yet: pages go only to proven ones. Raises ValidationError."""
    method = ContactMethod(user=user, kind=kind, address=address.strip(), secret=secret)
    method.full_clean()
    method.save()
    return method


def send_code(*, method: ContactMethod, at: datetime) -> None:
    """Send six digits there; they hold for ten to twenty minutes. Raises NotSent."""
    if not cache.add(f"{_SALT}.sent.{method.pk}", 1, 30):
        raise NotSent("A code was sent a moment ago. Wait half a minute for it before you ask for another.")
    code = _code(method, at, 0)
    if method.kind == ContactKind.EMAIL:
        body = render_to_string("message/contact_code.txt", {"code": code, "site_name": settings.SITE_NAME})
        try:
            EmailMessage(f"Your code for {settings.SITE_NAME}: {code}", body, to=[method.address]).send()
        except OSError as error:
            logger.warning("contact.code_not_sent", extra={"kind": method.kind, "error": type(error).__name__})
            raise NotSent("The mail server could not be reached. Try again in a minute.") from None
        return
    outcome = SENDERS[method.kind](
        Message(
            key=f"code.{method.pk}.{int(at.timestamp())}",
            kind=method.kind,
            address=method.address,
            person=method.user.get_short_name(),
            title=f"Your code for {settings.SITE_NAME} is {' '.join(code)}",
            link=links.view_url("oncall:me"),
            secret=method.secret,
        )
    )
    if not outcome.is_accepted:
        raise NotSent(f"The code could not be sent. {outcome.error}")


@transaction.atomic
def verify(*, method: ContactMethod, code: str, at: datetime) -> ContactMethod:
    """Prove the address with the code; the first proven one starts to get pages. Raises WrongCode."""
    tries = f"{_SALT}.tries.{method.pk}.{int(at.timestamp()) // _WINDOW}"
    cache.add(tries, 0, 2 * _WINDOW)
    if cache.incr(tries) > _TRIES:
        raise WrongCode("Too many wrong codes. Wait ten minutes and have a new one sent.")
    given = "".join(code.split())
    if not any(constant_time_compare(given, _code(method, at, back)) for back in (0, 1)):
        raise WrongCode("This is not the code, or it is too old. Have a new one sent.")
    method.verified_at = at
    method.save(update_fields=["verified_at"])
    for urgency in Urgency:
        if not NotificationRule.objects.filter(user=method.user, urgency=urgency).exists():
            NotificationRule.objects.create(user=method.user, urgency=urgency, contact_method=method)
    signals.send_reachability_changed(at=at, users=[method.user_id])
    return method


@transaction.atomic
def remove(*, method: ContactMethod) -> None:
    """Forget an address and its rules. Raises LastOne for the only proven one of somebody who stands by."""
    others = ContactMethod.objects.usable().filter(user=method.user).exclude(pk=method.pk)
    if method.verified_at and not others.exists():
        raise LastOne("This is the only way to reach you. Add and prove another one first.")
    method.delete()


@transaction.atomic
def add_rule(*, user: User, urgency: str, after_minutes: int, method: ContactMethod) -> NotificationRule:
    """One more line of "reach me like this", after those that exist. Raises ValidationError."""
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
    """Take a line away. Raises LastOne for the last one of its urgency."""
    others = NotificationRule.objects.filter(user=rule.user, urgency=rule.urgency).exclude(pk=rule.pk)
    if not others.exists():
        raise LastOne("Without a line nobody could reach you. Add another one first.")
    rule.delete()


def _code(method: ContactMethod, at: datetime, back: int) -> str:
    window = int(at.timestamp()) // _WINDOW - back
    seed = salted_hmac(_SALT, f"{method.pk}:{method.address}:{window}", algorithm="sha256").hexdigest()
    return f"{int(seed, 16) % 1_000_000:06d}"
