"""Constraints that several models share."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import F, Q


def one_of(column: str, choices: Iterable[str] | Iterable[int], *, name: str) -> models.CheckConstraint:
    """A constraint that `column` holds one of `choices`; it also stops SQL and old code."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": list(choices)}), name=name)


BACKDATING_LIMIT = timedelta(seconds=60)


def created_now(*, name: str) -> models.CheckConstraint:
    """A constraint that an entry's `created_at` differs from the time of recording by at most a minute (R-V1)."""
    return models.CheckConstraint(
        condition=Q(origin__in=["import", "demo", "case"])
        | Q(created_at__gte=F("recorded_at") - BACKDATING_LIMIT, created_at__lte=F("recorded_at") + BACKDATING_LIMIT),
        name=name,
    )


def external_id_once(*, name: str) -> models.UniqueConstraint:
    """A constraint that two records never have the same `external_id`; an empty one is none."""
    return models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name=name)


def whole_minute(column: str, *, name: str) -> models.CheckConstraint:
    """A constraint that an instant has no seconds (R-T1)."""
    return models.CheckConstraint(condition=Q(**{column: models.functions.TruncMinute(column)}), name=name)
