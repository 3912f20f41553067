"""Mails to subscribers: written as rows, then sent from Celery's queue `customers` through the outbox.

A message to Celery carries row ids or nothing. If it is lost or repeated, mails are late but never lost.
"""

import contextlib
import logging
import random
import smtplib
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import Task, shared_task
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F

from config.base.data import outbox
from config.base.data.clock import backoff, database_now
from config.base.data.isolation import prepare_each, short_text
from config.base.data.outbox import LEASE, SEND_DEADLINE, Claim, OutboxState
from config.base.net import broker
from incidents.customers import customer_mails, threads
from incidents.models import CustomerUpdate, MaintenanceUpdate, Subscriber, UpdateDelivery
from oncall.channels.base import Outcome, refused
from oncall.channels.email import post

PublishedUpdate = CustomerUpdate | MaintenanceUpdate
"""An update that is mailed to subscribers."""
logger = logging.getLogger(__name__)
CHUNK = 500
MAILS_PER_TASK = 100
MAILS_PER_CLAIM = 10
MAX_ATTEMPTS = 20
MAX_WAIT_SECONDS = 600.0
STALE_AFTER = timedelta(seconds=30)
MAX_TASKS = 10


def enqueue(task: "Task[Any, Any]", *ids: int) -> None:
    """Queue the task at commit. Without a broker the sweep queues it again later."""
    transaction.on_commit(partial(_send_to_worker, task, *ids))


def _send_to_worker(task: "Task[Any, Any]", *ids: int) -> bool:
    return broker.enqueue(task, *ids, queue="customers")


@shared_task
def fan_out(update_id: int) -> None:
    """Write a delivery row for each subscriber of an update, in chunks; the mails of each chunk start at once."""
    _fan_out(CustomerUpdate.objects.select_related("incident").filter(pk=update_id, withdrawn_at=None).first())


@shared_task
def fan_out_notice(notice_id: int) -> None:
    """The same for an update of maintenance."""
    _fan_out(MaintenanceUpdate.objects.select_related("maintenance").filter(pk=notice_id).first())


def _fan_out(update: PublishedUpdate | None) -> None:
    if update is None or update.fanned_out_at is not None:
        return
    last, at = 0, database_now()
    while update.is_mailed:
        rows = list(Subscriber.objects.of(update).filter(pk__gt=last).order_by("pk")[:CHUNK])
        if not rows:
            break
        UpdateDelivery.objects.bulk_create(
            [_row(update, subscriber, at) for subscriber in rows], ignore_conflicts=True
        )
        last = rows[-1].pk
        for _ in range(0, len(rows), MAILS_PER_TASK):
            _send_to_worker(send_due)
    type(update)._default_manager.filter(pk=update.pk).update(fanned_out_at=at)


def _row(published: PublishedUpdate, subscriber: Subscriber, at: datetime) -> UpdateDelivery:
    update, notice = (published, None) if isinstance(published, CustomerUpdate) else (None, published)
    return UpdateDelivery(
        key=f"{'m' if notice else ''}{published.pk}:{subscriber.pk}", channel="email", address=subscriber.email,
        update=update, notice=notice, subscriber=subscriber, due_at=at, created_at=at,
    )  # fmt: skip


@shared_task
def send_due() -> None:
    """Send up to 100 due mails, a few at a time, over one connection."""
    connection: Any = get_connection(timeout=SEND_DEADLINE.total_seconds() / 2)
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.open()
    try:
        for _ in range(0, MAILS_PER_TASK, MAILS_PER_CLAIM):
            claims = outbox.claim(UpdateDelivery, at=database_now(), limit=MAILS_PER_CLAIM)
            if not claims:
                return
            _send(claims, connection)
    finally:
        connection.close()


def _send(claims: list[Claim], connection: Any) -> None:
    """Send the claimed mails; those that time does not allow are claimed again when their lease ends."""
    until = time.monotonic() + (LEASE - SEND_DEADLINE).total_seconds()
    ids = [claim.row_id for claim in claims]
    mails, unprepared = prepare_each(ids, partial(_mails, connection=connection))
    plain_mails, lost = prepare_each(list(unprepared), partial(_plain_mails, connection=connection))
    _note_failures(unprepared)
    for claim in claims:
        if time.monotonic() > until:
            return
        mail = mails.get(claim.row_id) or plain_mails.get(claim.row_id)
        if mail is None and claim.row_id not in lost:
            outbox.record_end(UpdateDelivery, claim, state=OutboxState.CANCELLED, at=database_now(), error="")
            continue
        outcome = _post(mail) if mail else refused(short_text(lost[claim.row_id]))
        if not outcome.is_accepted:
            connection.close()  # opened again for the next mail
        _record(claim, outcome)


def _post(mail: EmailMessage) -> Outcome:
    try:
        return post(mail)
    except Exception as error:
        # A mail that cannot be written must not keep the others.
        logger.exception("delivery.unsent")
        return refused(short_text(error))


def _mails(ids: Sequence[int], *, connection: object) -> dict[int, EmailMessage | None]:
    """The mails of these deliveries; None where it is obsolete."""
    rows = UpdateDelivery.objects.select_related(
        "subscriber__page", "update__incident__page", "notice__maintenance__page"
    ).in_bulk(ids)
    first_keys = threads.first_keys(rows.values())
    return {
        pk: None if _is_obsolete(row) else _envelope(row, customer_mails.mail_for(row), connection, first_keys.get(pk))
        for pk, row in rows.items()
    }


def _plain_mails(ids: Sequence[int], *, connection: object) -> dict[int, EmailMessage]:
    """What is sent where an update cannot be read: the address of the page that shows it."""
    rows = UpdateDelivery.objects.select_related("subscriber__page").in_bulk(ids)
    return {pk: _envelope(row, customer_mails.plain_mail(row), connection) for pk, row in rows.items()}


def _note_failures(failed: Mapping[int, Exception]) -> None:
    for pk, error in failed.items():
        logger.error("delivery.unprepared", exc_info=error, extra={"delivery": pk})
        UpdateDelivery.objects.filter(pk=pk).update(failures=F("failures") + 1, failure=short_text(error))


def _is_obsolete(delivery: UpdateDelivery) -> bool:
    """Whether the subscriber left or the update was withdrawn. A request to confirm an address is never obsolete."""
    if delivery.update is None and delivery.notice is None:
        return False
    is_withdrawn = delivery.update is not None and delivery.update.withdrawn_at is not None
    return is_withdrawn or delivery.subscriber.unsubscribed_at is not None


def _envelope(
    delivery: UpdateDelivery, mail: customer_mails.CustomerMail, connection: Any, first_key: str | None = None
) -> EmailMessage:
    return EmailMessage(
        subject=mail.subject,
        body=mail.text,
        to=[delivery.address],
        headers=threads.thread_headers(delivery.key, first_key=first_key)
        | {"Auto-Submitted": "auto-generated", **mail.headers},
        connection=connection,
    )


def _record(claim: Claim, outcome: Outcome) -> None:
    at = database_now()
    if outcome.is_accepted:
        outbox.record_accepted(UpdateDelivery, claim, at=at, provider_id=outcome.provider_id)
    elif outcome.is_permanent:
        outbox.record_end(UpdateDelivery, claim, state=OutboxState.FAILED, at=at, error=outcome.error)
    elif claim.attempts >= MAX_ATTEMPTS:
        outbox.record_end(UpdateDelivery, claim, state=OutboxState.DEAD, at=at, error=outcome.error)
    else:
        wait = backoff(claim.attempts, longest=MAX_WAIT_SECONDS)
        outbox.record_retry(UpdateDelivery, claim, due_at=at + wait, error=outcome.error)


def requeue_stale(*, at: datetime) -> int:
    """Queue again what has waited for more than 30 seconds (the engine's sweep, lane `clocks`); returns the mails."""
    stale_before = at - STALE_AFTER
    updates = CustomerUpdate.objects.filter(fanned_out_at=None, withdrawn_at=None, published_at__lte=stale_before)
    notices = MaintenanceUpdate.objects.filter(fanned_out_at=None, published_at__lte=stale_before)
    for task, pending in ((fan_out, updates), (fan_out_notice, notices)):
        # By chance, so that updates that fail each time do not keep those behind them waiting.
        waiting_ids = list(pending.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        for pk in random.sample(waiting_ids, min(MAX_TASKS, len(waiting_ids))):
            if not _send_to_worker(task, pk):
                break
    waiting = UpdateDelivery.objects.filter(state=OutboxState.PENDING, due_at__lte=stale_before)
    leased = UpdateDelivery.objects.filter(state=OutboxState.SENDING, lease_until__lte=stale_before)
    count = waiting.order_by()[: MAILS_PER_TASK * MAX_TASKS].count() + leased.count()
    for _ in range(0, count, MAILS_PER_TASK):
        if not _send_to_worker(send_due):
            break  # without a broker, do not delay the lane's other clocks
    return count
