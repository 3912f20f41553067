"""Wake tests: a page sent as a test to a person's first channel, passed by its link, in time (S19)."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from config.base.data.lifecycle import Refusal
from config.base.net import links
from oncall import signals
from oncall.channels import SENDERS, Message
from oncall.models import Urgency, User, WakeTest
from oncall.paging import ways_to_reach

logger = logging.getLogger(__name__)
# A page that is answered later than this would have gone to the next person.
IN_TIME = timedelta(minutes=15)
VALID_FOR = timedelta(days=90)
_PAUSE = timedelta(minutes=1)
_SALT = "oncall.wake-test"


class NotSent(Refusal):
    """The test page could not be sent; the message says what to do."""


class NotPassed(Refusal):
    """The link is wrong, or it was opened too late."""


def send(*, user: User, at: datetime) -> WakeTest:
    """Page the person as a high-urgency page would first, marked as a test. Raises NotSent.

    It is sent at once and not through the outbox: whoever asked is looking, and can ask again.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.wake_tests.filter(sent_at__gt=at - _PAUSE).exists():
            raise NotSent("A test page was sent a moment ago. Wait a minute for it before you ask for another.")
        _, _, method = min(ways_to_reach([user.pk], Urgency.HIGH)[user.pk], key=lambda way: (way[1], way[0]))
        if method is None:
            raise NotSent("You have no proven way to be reached yet. Add one above and prove it, then test it.")
        test = WakeTest.objects.create(user=user, contact_method=method, channel=method.kind, sent_at=at)
    outcome = SENDERS[method.kind](
        Message(
            key=f"wake.{test.pk}",
            kind=method.kind,
            address=method.address,
            person=user.get_short_name(),
            title="Wake test: does a page reach you?",
            link=links.view_url("oncall:wake-test", key_for(test)),
            secret=method.secret,
            facts={"severity": "Test"},
            type="wake_test",
        )
    )
    if not outcome.is_accepted:
        logger.warning("wake_test.not_sent", extra={"channel": method.kind, "error": outcome.error})
        test.delete()
        raise NotSent(f"The test page could not be sent. {outcome.error}")
    return test


def key_for(test: WakeTest) -> str:
    """The key in the link; nothing of it is stored."""
    return f"{test.pk}-{salted_hmac(_SALT, str(test.pk), algorithm='sha256').hexdigest()[:32]}"


def test_for_link(key: str) -> WakeTest:
    """The test a link belongs to. Raises NotPassed."""
    number, _, _ = key.partition("-")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    test = WakeTest.objects.select_related("user").filter(pk=int(number)).first() if is_number else None
    if test is None or not constant_time_compare(key.encode(), key_for(test).encode()) or not test.user.is_active:
        raise NotPassed("This link is not complete. Copy it again from the message, or have a new one sent.")
    return test


@transaction.atomic
def confirm(*, key: str, at: datetime) -> WakeTest:
    """Pass the test; a second time changes nothing. Raises NotPassed when it is late."""
    test = test_for_link(key)
    locked = WakeTest.objects.select_for_update(no_key=True).get(pk=test.pk)
    if locked.passed_at is not None:
        return locked
    if at > locked.sent_at + IN_TIME:
        raise NotPassed("This came too late: after a quarter of an hour somebody else would be paged. Test it again.")
    locked.passed_at = max(at, locked.sent_at)
    locked.save(update_fields=["passed_at"])
    signals.send_reachability_changed(at=at, users=[locked.user_id])
    return locked


def last_passed(user: User) -> WakeTest | None:
    """The newest test that was passed."""
    return user.wake_tests.filter(passed_at__isnull=False).order_by("-passed_at", "-pk").first()


def passed(users: Collection[int], *, at: datetime) -> set[int]:
    """Which of these people passed one in the last 90 days; one query."""
    rows = WakeTest.objects.filter(user__in=users, passed_at__gt=at - VALID_FOR, passed_at__lte=at)
    return set(rows.values_list("user", flat=True).distinct())
