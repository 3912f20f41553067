"""Messages as rows: claimed, sent after the commit, recorded behind a fence, never dropped silently.

The engine's pages and the mails to customers are both outbox rows. A row is claimed with a lease and
the claim is committed before anything is sent; the answer is recorded only by the holder of
that attempt (`attempts` is the fence). A crash in between leaves the row `sending`, and when the lease
runs out it is sent again under the same key: at least once (paging rule 4, 5).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Q

from config.base.data.constraints import one_of

LEASE = timedelta(seconds=10)
SEND_DEADLINE = timedelta(seconds=8)


class OutboxState(models.TextChoices):
    """The state of a message; `accepted` is the provider's word, `delivered` the device's."""

    PENDING = "pending", "Waiting"
    SENDING = "sending", "Being sent"
    ACCEPTED = "accepted", "Accepted"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "No receipt"
    CANCELLED = "cancelled", "No longer needed"
    DEAD = "dead", "Gave up"


UNSENT = (OutboxState.PENDING, OutboxState.SENDING)
ARRIVED = (OutboxState.ACCEPTED, OutboxState.DELIVERED)


class OutboxRow(models.Model):
    """One message to one address on one channel."""

    key = models.CharField(max_length=120, unique=True, help_text="Idempotency key; never used twice.")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.PENDING)
    priority = models.PositiveSmallIntegerField(default=5, help_text="Lower is sent first.")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the last attempt began.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Cancelled, failed for good or given up.")
    host = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="The provider's host; limits and pauses are per host.",
    )
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often the message could not be prepared; then a plain text is sent."
    )
    failure = models.CharField(max_length=300, blank=True, default="", db_default="")
    provider_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            one_of("state", OutboxState.values, name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) | ~Q(state="sending"),
                name="%(app_label)s_%(class)s_sending_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at"], condition=Q(state="pending"), name="%(app_label)s_%(class)s_due"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="%(app_label)s_%(class)s_leased"),
            models.Index(fields=["ended_at"], condition=Q(state="dead"), name="%(app_label)s_%(class)s_dead"),
            models.Index(fields=["created_at"], condition=Q(failures__gt=0), name="%(app_label)s_%(class)s_failing"),
        ]

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class Claim:
    """The right to send one row, once: the fence is (`row_id`, `attempts`)."""

    row_id: int
    attempts: int


@dataclass(frozen=True)
class Rooms:
    """How many more messages may be sent just now, so that one host that hangs does not take every place.

    `caps` is the most at once for one host of a channel; `left` is what is left for the hosts in use, by `place_of`.
    """

    caps: Mapping[str, int]
    left: Mapping[str, int]


def place_of(channel: str, host: str) -> str:
    """The name under which sends to one host of a channel are counted."""
    return f"{channel} {host}"


_DUE = """(state = 'pending' AND due_at <= %(at)s OR state = 'sending' AND lease_until <= %(at)s)"""
_MOST = 16
"""Sends at once to one host of a channel that has no cap of its own."""


def claim(model: type[OutboxRow], *, at: datetime, limit: int, rooms: Rooms | None = None) -> list[Claim]:
    """Take up to `limit` due rows, those of a lease that ran out included, most urgent first.

    One statement, so the claim is committed when this returns (outside a transaction). Rows that another
    worker holds are skipped. `rooms` limits the claim to what may be sent to each host just now.
    """
    table = model._meta.db_table
    chosen = f"SELECT id FROM {table} WHERE {_DUE}"  # noqa: S608 - table and clause are ours
    if rooms is not None:
        # Twice the limit is looked at: a host with no place left is passed over before, by name.
        chosen = f"""
            SELECT id FROM {table} JOIN (
                SELECT id AS ranked_id, row_number() OVER (PARTITION BY channel, host ORDER BY priority, due_at) AS n
                FROM (SELECT id, channel, host, priority, due_at FROM {table}
                      WHERE {_DUE} AND channel || ' ' || host <> ALL(%(full)s)
                      ORDER BY priority, due_at LIMIT 2 * %(limit)s) due
            ) ranked ON ranked_id = id
            WHERE {_DUE} AND n <= coalesce((%(left)s::jsonb ->> (channel || ' ' || host))::int,
                                           (%(caps)s::jsonb ->> channel)::int, {_MOST})"""  # noqa: S608 - ours
    # In a WITH of its own the choice is made once. As a plain subquery it may be planned as the inner side of a loop:
    # each turn skips what the last one took and takes further rows, so that more than `limit` are claimed.
    statement = f"""
        WITH chosen AS MATERIALIZED (
            {chosen} ORDER BY priority, due_at LIMIT %(limit)s FOR NO KEY UPDATE OF {table} SKIP LOCKED
        )
        UPDATE {table} SET state = 'sending', attempts = attempts + 1, sent_at = %(at)s,
                           lease_until = %(lease_until)s
        WHERE id IN (SELECT id FROM chosen)
        RETURNING id, attempts, priority, due_at"""  # noqa: S608 - table and clause are ours
    values: dict[str, Any] = {"at": at, "lease_until": at + LEASE, "limit": limit}
    if rooms is not None:
        values |= {
            "full": [place for place, left in rooms.left.items() if left <= 0],
            "left": json.dumps(dict(rooms.left)),
            "caps": json.dumps(dict(rooms.caps)),
        }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[3]))
    return [Claim(row_id, attempts) for row_id, attempts, _, _ in rows]


def record_accepted(
    model: type[OutboxRow], held: Claim, *, at: datetime, provider_id: str = "", **columns: object
) -> bool:
    """Note that the provider took the message. False if this attempt no longer holds the row."""
    return _record(
        model,
        held,
        state=OutboxState.ACCEPTED,
        accepted_at=at,
        provider_id=provider_id[:200],
        last_error="",
        **columns,
    )


def record_retry(model: type[OutboxRow], held: Claim, *, due_at: datetime, error: str, **columns: object) -> bool:
    """Put the row back for another try at `due_at`. False if this attempt no longer holds the row."""
    return _record(model, held, state=OutboxState.PENDING, due_at=due_at, last_error=error[:300], **columns)


def record_end(
    model: type[OutboxRow], held: Claim, *, state: OutboxState, at: datetime, error: str, **columns: object
) -> bool:
    """End the row as failed, cancelled or dead. False if this attempt no longer holds the row."""
    return _record(model, held, state=state, ended_at=at, last_error=error[:300], **columns)


def _record(model: type[OutboxRow], held: Claim, **values: object) -> bool:
    row = model._default_manager.filter(pk=held.row_id, attempts=held.attempts, state=OutboxState.SENDING)
    return bool(row.update(lease_until=None, **values))


def record_unprepared(model: type[OutboxRow], held: Claim, *, at: datetime, failure: str) -> bool:
    """Note that the message could not be prepared; it is due again at once, as a plain text.

    False if this attempt no longer holds the row.
    """
    return _record(
        model, held, state=OutboxState.PENDING, due_at=at, failure=failure[:300], failures=models.F("failures") + 1
    )
