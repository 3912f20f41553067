"""Telling people what is theirs to know, over the channels of pages at low urgency, once each.

A notice is an outbox row made in the transaction of what it tells of. Celery sends it from the default
queue, and a sweep in the lane `clocks` asks again, so neither can delay a page or lose a notice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction

from config.base.data import outbox
from config.base.data.clock import backoff, database_now
from config.base.data.outbox import Claim, OutboxState
from config.base.net import broker, links
from oncall.channels import SENDERS, Message, Outcome
from oncall.models import ContactKind, Notice, Urgency, User
from oncall.paging.creating import ways_to_reach

MAX_ATTEMPTS = 20
MOST_WAIT_SECONDS = 600.0
NOTICES_A_TASK = 50
LEFT_LYING = timedelta(seconds=5)


def notify(
    *, users: Sequence[User], key: str, title: str, text: Callable[[User], str], path: str, at: datetime
) -> None:
    """Write each person a notice `key:person`, in the caller's transaction; one that exists is not written again."""
    people = {one.pk: one for one in users if one.is_active}
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
        transaction.on_commit(_ask)


def _ask() -> None:
    broker.enqueue(send_due, queue=settings.CELERY_TASK_DEFAULT_QUEUE)


@shared_task
def send_due() -> None:
    """Send what is due, one by one, so that no lease runs out while another is being sent."""
    for _ in range(NOTICES_A_TASK):
        claims = outbox.claim(Notice, at=database_now(), limit=1)
        if not claims:
            return
        [held] = claims
        notice = Notice.objects.select_related("user").get(pk=held.row_id)
        _record(held, notice, SENDERS[notice.channel](_message(notice)))


def _message(notice: Notice) -> Message:
    return Message(
        key=f"notice:{notice.key}",
        kind=notice.channel,
        address=notice.address,
        person=notice.user.get_short_name(),
        title=notice.title,
        link=links.absolute_url(notice.url),
        type="notice",
        text=notice.text,
        secret=_secret(notice),
    )


def _secret(notice: Notice) -> str:
    if notice.channel != ContactKind.WEBHOOK:
        return ""
    methods = notice.user.contact_methods.filter(kind=notice.channel, address=notice.address)
    return methods.values_list("secret", flat=True).first() or ""


def _record(held: Claim, notice: Notice, outcome: Outcome) -> None:
    """Write down the answer; where a channel fails for good, the account's own address is tried."""
    at = database_now()
    if outcome.is_accepted:
        outbox.record_accepted(Notice, held, at=at, provider_id=outcome.provider_id)
    elif outcome.is_permanent and notice.channel != ContactKind.EMAIL:
        outbox.record_retry(
            Notice, held, due_at=at, error=outcome.error, channel=ContactKind.EMAIL, address=notice.user.email
        )
    elif outcome.is_permanent:
        outbox.record_end(Notice, held, state=OutboxState.FAILED, at=at, error=outcome.error)
    elif held.attempts >= MAX_ATTEMPTS:
        outbox.record_end(Notice, held, state=OutboxState.DEAD, at=at, error=outcome.error)
    else:
        wait = backoff(held.attempts, longest=MOST_WAIT_SECONDS)
        outbox.record_retry(Notice, held, due_at=at + wait, error=outcome.error)


def chase(*, at: datetime) -> int:
    """Ask again for what has been left lying (the engine's sweep, lane `clocks`)."""
    before = at - LEFT_LYING
    waiting = Notice.objects.filter(state=OutboxState.PENDING, due_at__lte=before)
    leased = Notice.objects.filter(state=OutboxState.SENDING, lease_until__lte=before)
    if waiting.exists() or leased.exists():
        _ask()
    return 0
