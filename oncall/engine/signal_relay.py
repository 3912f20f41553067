"""Tells the apps above what became of pages and escalations, until they have taken it (lane `clocks`)."""

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
REST = timedelta(seconds=30)
BATCH = 25
"""Told in one transaction, which locks their tickets: small, so that nobody's answer waits for it."""
_LOCK_CLASS = 7_102


@dataclass(frozen=True)
class _Kind:
    """One kind of row with news, and the signal that carries them."""

    model: type[models.Model]
    signal: Signal
    name: str
    related: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def due(self, at: datetime) -> "models.QuerySet[Any]":
        return self.model._default_manager.filter(news_at__lte=at)


_KINDS = (
    _Kind(Page, signals.page_changed, "page", ("escalation", "user")),
    _Kind(EscalationEntry, signals.escalation_logged, "entry", ("escalation", "actor")),
)


def relay_due(*, at: datetime) -> int:
    """Send the signals that are due and say how many rows were told of.

    One engine tells at a time, so nothing is told twice. A receiver that fails is logged and asked again
    half a minute later; the page or entry it is about stands either way.
    """
    return sum(_tell(kind, at) for kind in _KINDS if kind.due(at).exists())


def _tell(kind: _Kind, at: datetime) -> int:
    try:
        return _tell_together(kind, at)
    except Exception:
        logger.exception("news.batch_failed", extra={"kind": kind.name})
    return _tell_alone(kind, at)


@transaction.atomic
def _tell_together(kind: _Kind, at: datetime) -> int:
    if not _hold(kind):
        return 0
    rows = list(kind.due(at).select_related(*kind.related).order_by("news_at", "pk")[:BATCH])
    for row in rows:
        kind.signal.send(sender=kind.model, at=row.news_at, **{kind.name: row})
    _note_told(kind, rows)
    return len(rows)


def _tell_alone(kind: _Kind, at: datetime) -> int:
    done = 0
    for pk in list(kind.due(at).order_by("news_at", "pk").values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                row = kind.due(at).select_related(*kind.related).filter(pk=pk).first() if _hold(kind) else None
                if row is not None:
                    kind.signal.send(sender=kind.model, at=row.news_at, **{kind.name: row})
                    _note_told(kind, [row])
                    done += 1
        except Exception:
            logger.exception("news.failed", extra={kind.name: pk})
            done += kind.due(at).filter(pk=pk).update(news_at=at + REST)
    return done


def _hold(kind: _Kind) -> bool:
    """Whether this engine may tell; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, kind.name])
        (is_held,) = cursor.fetchone()
    return bool(is_held)


def _note_told(kind: _Kind, rows: Sequence[Any]) -> None:
    """Nothing more to tell of these, unless there are newer news since they were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {kind.table} SET news_at = NULL
                FROM unnest(%s::bigint[], %s::timestamptz[]) AS told(id, news_at)
                WHERE {kind.table}.id = told.id AND {kind.table}.news_at = told.news_at""",  # noqa: S608 - our own name
            [[row.pk for row in rows], [row.news_at for row in rows]],
        )
