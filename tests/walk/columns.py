"""Which models stand behind a ticket, and which of their columns hold text: read from the models' own metadata."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from incidents.models import Ticket

TEXT = (models.CharField, models.TextField, models.JSONField)
SHORTEST = 12
"""A marker needs so many characters."""
NOT_TEXT = {
    # Words of the product, which a person never writes; a marker in one would break the row.
    "channel", "subject_type", "url", "kind", "public_id", "section", "source", "frozen_policy", "affected",
    # Parts of addresses: who has the address knows them.
    "key",
    # Keys of the outbox and of routing are found again by their value.
    "dedup_key", "occurrence",
}  # fmt: skip
"""Names of columns that hold no text of the record."""
TEXT_ALL_THE_SAME = {"incidents.Alert.source", "incidents.Alert.dedup_key", "incidents.Event.dedup_key"}
"""Columns of such a name that hold what a sender wrote."""


@cache
def models_behind_a_ticket() -> list[type[models.Model]]:
    """Tickets, and every model whose rows belong to one: by a foreign key, by way of others, or as its subject.

    The tickets come first, and each model stands after those it refers to.
    """
    candidates = [model for model in apps.get_models() if not model._meta.auto_created]
    ordered: list[type[models.Model]] = []
    while waiting := [model for model in candidates if model not in ordered and _is_behind(model, ordered)]:
        ordered.append(next(model for model in waiting if not _refers_to_any_of(model, waiting)))
    return sorted(ordered, key=lambda model: not issubclass(model, Ticket))  # stable: the rest keeps its order


def _is_behind(model: type[models.Model], behind: list[type[models.Model]]) -> bool:
    names = {field.name for field in model._meta.fields}
    return (
        issubclass(model, Ticket)
        or {"subject_type", "subject_id"} <= names
        or any(field.related_model in behind for field in model._meta.fields)
    )


def _refers_to_any_of(model: type[models.Model], others: list[type[models.Model]]) -> bool:
    targets = {field.related_model for field in model._meta.fields if field.related_model is not model}
    return any(other in targets for other in others)


def text_columns(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    """(label, field) of every column in which a row of this model holds text of a record."""
    for field in model._meta.fields:
        label = f"{model._meta.label}.{field.name}"
        has_room = field.max_length is None or field.max_length >= SHORTEST
        is_word = field.name in NOT_TEXT and label not in TEXT_ALL_THE_SAME
        if isinstance(field, TEXT) and not field.choices and has_room and not is_word:
            yield label, field
