"""Mails to subscribers: rows first, then sent from Celery's queue `customers` through the outbox.

A message to Celery carries row ids or nothing; losing or repeating one costs time, never a mail.
"""

import contextlib
import hashlib
import smtplib
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from celery import Task, shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from config.base.data import outbox
from config.base.data.clock import backoff, database_now
from config.base.data.outbox import LEASE, SEND_DEADLINE, Claim, OutboxState
from config.base.net import broker
from incidents.customers import customer_mails
from incidents.models import CustomerUpdate, MaintenanceUpdate, Subscriber, UpdateDelivery
from oncall.channels.base import Outcome
from oncall.channels.email import post

Said = CustomerUpdate | MaintenanceUpdate
"""What is mailed to subscribers."""
CHUNK = 500
MAILS_A_TASK = 100
MAILS_A_CLAIM = 10
MAX_ATTEMPTS = 20
MOST_WAIT_SECONDS = 600.0
LEFT_LYING = timedelta(seconds=30)
MOST_TASKS = 10


def enqueue(task: "Task[Any, Any]", *ids: int) -> None:
    """Ask a worker at commit; without a broker the sweep asks again, so nothing waits for it."""
    transaction.on_commit(partial(_ask, task, *ids))


def _ask(task: "Task[Any, Any]", *ids: int) -> bool:
    return broker.enqueue(task, *ids, queue="customers")


@shared_task
def fan_out(update_id: int) -> None:
    """Give every subscriber of an update a row, chunk by chunk; each chunk's mails start at once."""
    _fan_out(CustomerUpdate.objects.select_related("incident").filter(pk=update_id, withdrawn_at=None).first())


@shared_task
def fan_out_notice(notice_id: int) -> None:
    """The same for a notice of planned work."""
    _fan_out(MaintenanceUpdate.objects.select_related("maintenance").filter(pk=notice_id).first())


def _fan_out(said: Said | None) -> None:
    if said is None or said.fanned_out_at is not None:
        return
    last, at = 0, database_now()
    while said.is_mailed:
        rows = list(Subscriber.objects.of(said).filter(pk__gt=last).order_by("pk")[:CHUNK])
        if not rows:
            break
        UpdateDelivery.objects.bulk_create([_row(said, one, at) for one in rows], ignore_conflicts=True)
        last = rows[-1].pk
        for _ in range(0, len(rows), MAILS_A_TASK):
            _ask(send_due)
    type(said)._default_manager.filter(pk=said.pk).update(fanned_out_at=at)


def _row(said: Said, subscriber: Subscriber, at: datetime) -> UpdateDelivery:
    update, notice = (said, None) if isinstance(said, CustomerUpdate) else (None, said)
    return UpdateDelivery(
        key=f"{'m' if notice else ''}{said.pk}:{subscriber.pk}", channel="email", address=subscriber.email,
        update=update, notice=notice, subscriber=subscriber, due_at=at, created_at=at,
    )  # fmt: skip


@shared_task
def send_due() -> None:
    """Send up to a hundred mails that are due, in small claims, over one connection."""
    connection: Any = get_connection(timeout=SEND_DEADLINE.total_seconds() / 2)
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.open()
    try:
        for _ in range(0, MAILS_A_TASK, MAILS_A_CLAIM):
            claims = outbox.claim(UpdateDelivery, at=database_now(), limit=MAILS_A_CLAIM)
            if not claims:
                return
            _send(claims, connection)
    finally:
        connection.close()


def _send(claims: list[Claim], connection: Any) -> None:
    """Send what was claimed; what there is no time for goes back when its lease runs out."""
    until = time.monotonic() + (LEASE - SEND_DEADLINE).total_seconds()
    rows = UpdateDelivery.objects.select_related(
        "subscriber__page", "update__incident__page", "notice__maintenance__page"
    ).in_bulk([held.row_id for held in claims])
    for held in claims:
        if time.monotonic() > until:
            return
        delivery = rows[held.row_id]
        if _is_moot(delivery):
            outbox.record_end(UpdateDelivery, held, state=OutboxState.CANCELLED, at=database_now(), error="")
            continue
        outcome = post(_mail(delivery, connection))
        if not outcome.is_accepted:
            connection.close()  # a connection that failed once is opened anew for the next mail
        _record(held, outcome)


def _is_moot(delivery: UpdateDelivery) -> bool:
    """Whether its reader has left, or what it says was taken back; the question to a new reader is never moot."""
    if delivery.update is None and delivery.notice is None:
        return False
    is_withdrawn = delivery.update is not None and delivery.update.withdrawn_at is not None
    return is_withdrawn or delivery.subscriber.unsubscribed_at is not None


def _mail(delivery: UpdateDelivery, connection: Any) -> EmailMessage:
    letter = customer_mails.mail_for(delivery)
    name = hashlib.sha256(f"customers:{delivery.key}".encode()).hexdigest()[:32]
    return EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[delivery.address],
        headers={
            "Message-ID": f"<{name}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            **letter.headers,
        },
        connection=connection,
    )


def _record(held: Claim, outcome: Outcome) -> None:
    at = database_now()
    if outcome.is_accepted:
        outbox.record_accepted(UpdateDelivery, held, at=at, provider_id=outcome.provider_id)
    elif outcome.is_permanent:
        outbox.record_end(UpdateDelivery, held, state=OutboxState.FAILED, at=at, error=outcome.error)
    elif held.attempts >= MAX_ATTEMPTS:
        outbox.record_end(UpdateDelivery, held, state=OutboxState.DEAD, at=at, error=outcome.error)
    else:
        wait = backoff(held.attempts, longest=MOST_WAIT_SECONDS)
        outbox.record_retry(UpdateDelivery, held, due_at=at + wait, error=outcome.error)


def chase(*, at: datetime) -> int:
    """Ask again for what has been left lying for half a minute (the engine's sweep, lane `clocks`)."""
    before = at - LEFT_LYING
    updates = CustomerUpdate.objects.filter(fanned_out_at=None, withdrawn_at=None, published_at__lte=before)
    notices = MaintenanceUpdate.objects.filter(fanned_out_at=None, published_at__lte=before)
    for task, said in ((fan_out, updates), (fan_out_notice, notices)):
        for pk in said.order_by("pk").values_list("pk", flat=True)[:MOST_TASKS]:
            if not _ask(task, pk):
                break
    waiting = UpdateDelivery.objects.filter(state=OutboxState.PENDING, due_at__lte=before)
    leased = UpdateDelivery.objects.filter(state=OutboxState.SENDING, lease_until__lte=before)
    count = waiting.order_by()[: MAILS_A_TASK * MOST_TASKS].count() + leased.count()
    for _ in range(0, count, MAILS_A_TASK):
        if not _ask(send_due):
            break  # a broker that is away must not hold up the lane's other clocks
    return count
