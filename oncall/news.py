"""Tells the apps above what became of pages and escalations, until they have taken it (lane `clocks`)."""

import logging
from datetime import datetime, timedelta

from django.db import models, transaction
from django.dispatch import Signal

from oncall import signals
from oncall.models import EscalationEntry, Page

logger = logging.getLogger(__name__)
REST = timedelta(seconds=30)
BATCH = 200


def tell(*, at: datetime) -> int:
    """Send the signals that are due and say how many rows were told of.

    A receiver that fails is logged and asked again half a minute later; the page or entry it is about
    stands either way.
    """
    pages = _tell(Page, signals.page_changed, "page", ("escalation", "user"), at)
    entries = _tell(EscalationEntry, signals.escalation_logged, "entry", ("escalation", "actor"), at)
    return pages + entries


def _tell(model: type[models.Model], signal: Signal, name: str, related: tuple[str, ...], at: datetime) -> int:
    rows = list(
        model._default_manager.filter(news_at__lte=at).select_related(*related).order_by("news_at", "pk")[:BATCH]
    )
    for row in rows:
        news_at = row.news_at  # type: ignore[attr-defined]
        told = model._default_manager.filter(pk=row.pk, news_at=news_at)
        try:
            with transaction.atomic():
                signal.send(sender=model, at=news_at, **{name: row})
                told.update(news_at=None)
        except Exception:  # noqa: BLE001 - news must not stop the lane; it is told again
            logger.exception("news.failed", extra={name: row.pk})
            told.update(news_at=at + REST)
    return len(rows)
