"""Notices: messages to people about their own affairs, over the channels of pages at low urgency, once each.

A notice is an outbox row, created in the transaction of the change it is about. Celery sends it from the default
queue, and a sweep in the lane `clocks` queues it again if it is overdue, so neither can delay a page or lose a
notice.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F

from config.base.data import outbox
from config.base.data.clock import backoff, database_now
from config.base.data.encryption import SecretUnreadable
from config.base.data.isolation import is_database_away, short_text
from config.base.data.outbox import Claim, OutboxState
from config.base.net import broker, links
from oncall.channels import SENDERS, Message, Outcome
from oncall.channels.base import refused
from oncall.models import ContactKind, Notice, Urgency, User
from oncall.paging.creating import ways_to_reach

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 20
MAX_WAIT_SECONDS = 600.0
NOTICES_A_TASK = 50
STALE_AFTER = timedelta(seconds=5)


def notify(
    *, users: Sequence[User], key: str, title: str, text: Callable[[User], str], path: str, at: datetime
) -> None:
    """Create a notice `key:person` for each active person, in the caller's transaction; an existing one is skipped.

    A notice belongs to no record, so nothing can take words out of it later: `title` and `text` name tickets by
    number, never by title.
    """
    people = {user.pk: user for user in users if user.is_active and not user.is_service}
    rows = []
    for user_id, rules in ways_to_reach(list(people), Urgency.LOW).items():
        _, after_minutes, method = min(rules, key=lambda rule: rule[1])
        rows.append(
            Notice(
                key=f"{key}:{user_id}",
                user=people[user_id],
                title=title,
                text=text(people[user_id]),
                url=path,
                channel=method.kind if method else ContactKind.EMAIL,
                address=method.address if method else people[user_id].email,
                due_at=at + timedelta(minutes=after_minutes),
                created_at=at,
            )
        )
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        transaction.on_commit(_enqueue)


def _enqueue() -> None:
    broker.enqueue(send_due, queue=settings.CELERY_TASK_DEFAULT_QUEUE)


@shared_task
def send_due() -> None:
    """Send due notices one by one, so that no lease runs out while another is being sent."""
    for _ in range(NOTICES_A_TASK):
        claims = outbox.claim(Notice, at=database_now(), limit=1)
        if not claims:
            return
        [claim] = claims
        notice = Notice.objects.select_related("user").get(pk=claim.row_id)
        _record(claim, notice, _send(notice))


def _send(notice: Notice) -> Outcome:
    """Send a notice. One that cannot be prepared is noted and tried by mail; it stops no other."""
    try:
        return SENDERS[notice.channel](_message(notice))
    except SecretUnreadable as error:
        return refused(str(error), is_permanent=True)
    except Exception as error:
        if is_database_away(error):
            raise
        logger.exception("notice.unprepared", extra={"key": notice.key})
        Notice.objects.filter(pk=notice.pk).update(failures=F("failures") + 1, failure=short_text(error))
        return refused(short_text(error), is_permanent=notice.channel != ContactKind.EMAIL)


def _message(notice: Notice) -> Message:
    """The message. Raises SecretUnreadable for a webhook whose address or secret cannot be read."""
    address, secret = notice.address, ""
    if notice.channel == ContactKind.WEBHOOK:
        methods = notice.user.contact_methods.filter(kind=notice.channel, address=notice.address)
        if method := methods.first():
            address, secret = method.destination, method.secret.reveal()
    return Message(
        key=f"notice:{notice.key}",
        kind=notice.channel,
        address=address,
        person=notice.user.get_short_name(),
        title=notice.title,
        link=links.absolute_url(notice.url),
        type="notice",
        text=notice.text,
        secret=secret,
    )


def _record(claim: Claim, notice: Notice, outcome: Outcome) -> None:
    """Record the answer; where a channel fails for good, the account's own address is tried."""
    at = database_now()
    if outcome.is_accepted:
        outbox.record_accepted(Notice, claim, at=at, provider_id=outcome.provider_id)
    elif outcome.is_permanent and notice.channel != ContactKind.EMAIL:
        outbox.record_retry(
            Notice, claim, due_at=at, error=outcome.error, channel=ContactKind.EMAIL, address=notice.user.email
        )
    elif outcome.is_permanent:
        outbox.record_end(Notice, claim, state=OutboxState.FAILED, at=at, error=outcome.error)
    elif claim.attempts >= MAX_ATTEMPTS:
        outbox.record_end(Notice, claim, state=OutboxState.DEAD, at=at, error=outcome.error)
    else:
        wait = backoff(claim.attempts, longest=MAX_WAIT_SECONDS)
        outbox.record_retry(Notice, claim, due_at=at + wait, error=outcome.error)


def requeue_stale(*, at: datetime) -> int:
    """Queue the sending task again for overdue notices (a sweep of the engine, lane `clocks`)."""
    stale_before = at - STALE_AFTER
    pending = Notice.objects.filter(state=OutboxState.PENDING, due_at__lte=stale_before)
    leased = Notice.objects.filter(state=OutboxState.SENDING, lease_until__lte=stale_before)
    if pending.exists() or leased.exists():
        _enqueue()
    return 0
