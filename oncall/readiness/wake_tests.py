"""Wake tests: a test page to a person's first channel, passed by opening its link in time (S19)."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from config.base.data import limits
from config.base.data.encryption import SecretUnreadable
from config.base.data.lifecycle import Refusal
from config.base.data.limits import DAY, HOUR, Limit, TooMany
from config.base.net import links
from oncall import signals
from oncall.channels import SENDERS, Message
from oncall.models import Urgency, User, WakeTest
from oncall.paging import ways_to_reach

logger = logging.getLogger(__name__)
# After this time a real page would go to the next person.
IN_TIME = timedelta(minutes=15)
VALID_FOR = timedelta(days=90)
_PAUSE = timedelta(minutes=1)
_TESTS = (Limit(6, HOUR), Limit(15, DAY))
_SALT = "oncall.wake-test"


class TestPageNotSent(Refusal):
    """The test page could not be sent; the message says what to do."""


class WakeTestNotPassed(Refusal):
    """The link is wrong, or was opened too late."""


def send(*, user: User, at: datetime) -> WakeTest:
    """Send a test page to the channel that a high-urgency page would use first. Raises TestPageNotSent.

    It is sent at once and not through the outbox: the person is waiting for it and can send another.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.wake_tests.filter(sent_at__gt=at - _PAUSE).exists():
            raise TestPageNotSent("A test page was sent a moment ago. Wait a minute before you send another.")
        _, _, method = min(ways_to_reach([user.pk], Urgency.HIGH)[user.pk], key=lambda way: (way[1], way[0]))
        if method is None:
            raise TestPageNotSent("You have no verified contact method yet. Add and verify one above, then test it.")
        try:
            address, secret = method.destination, method.secret.reveal()
        except SecretUnreadable as error:
            raise TestPageNotSent(str(error)) from None
        try:
            limits.take(
                "wake-test",
                [(user.pk, _TESTS), (limits.address_key(method.address), _TESTS)],
                refusal="Many test pages were sent.",
            )
        except TooMany as refusal:
            raise TestPageNotSent(str(refusal)) from None
        test = WakeTest.objects.create(user=user, contact_method=method, channel=method.kind, sent_at=at)
    outcome = SENDERS[method.kind](
        Message(
            key=f"wake.{test.pk}",
            kind=method.kind,
            address=address,
            person=user.get_short_name(),
            title="Wake test: does a page reach you?",
            link=links.view_url("oncall:wake-test", key_for(test)),
            secret=secret,
            facts={"severity": "Test"},
            type="wake_test",
        )
    )
    if not outcome.is_accepted:
        logger.warning("wake_test.not_sent", extra={"channel": method.kind, "error": outcome.error})
        test.delete()
        raise TestPageNotSent(f"The test page could not be sent. {outcome.error}")
    return test


def key_for(test: WakeTest) -> str:
    """The key in the link; it is not stored."""
    return f"{test.pk}-{salted_hmac(_SALT, str(test.pk), algorithm='sha256').hexdigest()[:32]}"


def test_for_link(key: str) -> WakeTest:
    """The test a link belongs to. Raises WakeTestNotPassed."""
    number, _, _ = key.partition("-")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    test = WakeTest.objects.select_related("user").filter(pk=int(number)).first() if is_number else None
    if test is None or not constant_time_compare(key.encode(), key_for(test).encode()) or not test.user.is_active:
        raise WakeTestNotPassed("This link is not complete. Copy it again from the message, or send a new test page.")
    return test


@transaction.atomic
def confirm(*, key: str, at: datetime) -> WakeTest:
    """Pass the test; a second call changes nothing. Raises WakeTestNotPassed when it is too late."""
    test = test_for_link(key)
    locked = WakeTest.objects.select_for_update(no_key=True).get(pk=test.pk)
    if locked.passed_at is not None:
        return locked
    if at > locked.sent_at + IN_TIME:
        raise WakeTestNotPassed(
            "This came too late: after 15 minutes the next person would be paged. Send a new test page."
        )
    locked.passed_at = max(at, locked.sent_at)
    locked.save(update_fields=["passed_at"])
    signals.send_reachability_changed(at=at, users=[locked.user_id])
    return locked


def last_passed(user: User) -> WakeTest | None:
    """The person's latest passed test, or None."""
    return user.wake_tests.filter(passed_at__isnull=False).order_by("-passed_at", "-pk").first()


def passed(users: Collection[int], *, at: datetime) -> set[int]:
    """Which of these users passed a wake test in the last 90 days; one query."""
    rows = WakeTest.objects.filter(user__in=users, passed_at__gt=at - VALID_FOR, passed_at__lte=at)
    return set(rows.values_list("user", flat=True).distinct())
