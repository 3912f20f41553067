"""Sends signals about pages and escalations to the apps above until each receiver succeeds (lane `clocks`)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.dispatch import Signal

from oncall import signals
from oncall.models import EscalationEntry, Page

logger = logging.getLogger(__name__)
RETRY_AFTER = timedelta(seconds=30)
BATCH = 25
"""Rows in one transaction, which locks their tickets: small, so that an acknowledgement does not wait long."""
_LOCK_CLASS = 7_102


@dataclass(frozen=True)
class _Kind:
    """A model whose rows have a `relay_at`, and the signal for them."""

    model: type[models.Model]
    signal: Signal
    name: str
    related: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def due(self, at: datetime) -> "models.QuerySet[Any]":
        return self.model._default_manager.filter(relay_at__lte=at)


_KINDS = (
    _Kind(Page, signals.page_changed, "page", ("escalation", "user")),
    _Kind(EscalationEntry, signals.escalation_logged, "entry", ("escalation", "actor")),
)


def relay_due(*, at: datetime) -> int:
    """Send the signals that are due and return for how many rows.

    One engine sends at a time, so nothing is sent twice. A receiver that fails is logged and called again
    half a minute later; the page or entry itself stays as it is.
    """
    return sum(_relay(kind, at) for kind in _KINDS if kind.due(at).exists())


def _relay(kind: _Kind, at: datetime) -> int:
    try:
        return _relay_batch(kind, at)
    except Exception:
        logger.exception("news.batch_failed", extra={"kind": kind.name})
    return _relay_singly(kind, at)


@transaction.atomic
def _relay_batch(kind: _Kind, at: datetime) -> int:
    if not _take_lock(kind):
        return 0
    rows = list(kind.due(at).select_related(*kind.related).order_by("relay_at", "pk")[:BATCH])
    for row in rows:
        kind.signal.send(sender=kind.model, at=row.relay_at, **{kind.name: row})
    _mark_relayed(kind, rows)
    return len(rows)


def _relay_singly(kind: _Kind, at: datetime) -> int:
    done = 0
    for pk in list(kind.due(at).order_by("relay_at", "pk").values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                row = kind.due(at).select_related(*kind.related).filter(pk=pk).first() if _take_lock(kind) else None
                if row is not None:
                    kind.signal.send(sender=kind.model, at=row.relay_at, **{kind.name: row})
                    _mark_relayed(kind, [row])
                    done += 1
        except Exception:
            logger.exception("news.failed", extra={kind.name: pk})
            done += kind.due(at).filter(pk=pk).update(relay_at=at + RETRY_AFTER)
    return done


def _take_lock(kind: _Kind) -> bool:
    """Whether this engine holds the lock for sending, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, kind.name])
        (is_held,) = cursor.fetchone()
    return bool(is_held)


def _mark_relayed(kind: _Kind, rows: Sequence[Any]) -> None:
    """Clear `relay_at` of these rows, unless it has changed since they were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {kind.table} SET relay_at = NULL
                FROM unnest(%s::bigint[], %s::timestamptz[]) AS sent(id, relay_at)
                WHERE {kind.table}.id = sent.id AND {kind.table}.relay_at = sent.relay_at""",  # noqa: S608 - our own name
            [[row.pk for row in rows], [row.relay_at for row in rows]],
        )
