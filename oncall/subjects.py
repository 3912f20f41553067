"""The records that escalations, tasks and work intervals are about, known here only by a type and an id.

Apps above register their record types in `ready()`: how to lock a record, and which records a person may see.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from config.base.data.users import Visitor

Fields = Mapping[str, str | datetime]
"""What a message may say of a record; instants become text for each recipient (`channels.facts_for`)."""
Subject = tuple[str, int]


@dataclass(frozen=True)
class SubjectType:
    """How the engine and the portal handle one type of record of another app."""

    name: str
    lock: Callable[[int], object]
    """Lock the record's row FOR NO KEY UPDATE, before any escalation's (paging rule 4)."""
    visible_to: Callable[[Visitor], QuerySet[Model]]
    """The records a person may see."""
    message_fields: Callable[[list[int]], Mapping[int, Fields]]
    """For messages: by id, short fields such as severity, service and since when.

    A private record has the field `title`: all that may stand in the place of its title outside the portal.
    """


_types: dict[str, SubjectType] = {}


def register(subject_type: SubjectType) -> None:
    """Register a type of record; called from an app's `ready()`."""
    _types[subject_type.name] = subject_type


def names() -> list[str]:
    """The names of the registered types."""
    return sorted(_types)


def lock(subject_type: str, subject_id: int) -> None:
    """Lock the record, if its type is registered; in the lock order it comes before the escalation."""
    if registered := _types.get(subject_type):
        registered.lock(subject_id)


def message_fields(subject_type: str, subject_ids: list[int]) -> Mapping[int, Fields]:
    """Short fields of records for a message, as they are now; empty for an unknown type.

    A title that was copied when a page or task was created may have become private since: `title` replaces it.
    """
    registered = _types.get(subject_type)
    return registered.message_fields(subject_ids) if registered else {}


def fields_of(subjects: Iterable[Subject]) -> dict[Subject, Fields | None]:
    """The message fields of several records, one query a type.

    None for a record that is gone: nobody knows whether it was private, so its message is `channels.plain`. A record
    of an unknown type has empty fields. Raises what reading a record raises.
    """
    ids_by_type: dict[str, set[int]] = {}
    for subject_type, subject_id in subjects:
        ids_by_type.setdefault(subject_type, set()).add(subject_id)
    fields: dict[Subject, Fields | None] = {}
    for subject_type, ids in ids_by_type.items():
        rows = message_fields(subject_type, sorted(ids))
        missing: Fields | None = None if subject_type in _types else {}
        fields |= {(subject_type, subject_id): rows.get(subject_id, missing) for subject_id in ids}
    return fields


def visible_ids(subject_type: str, user: Visitor) -> QuerySet[Model, dict[str, Any]] | None:
    """The ids of this type's records that a person may see, as a subquery; None for an unknown type."""
    registered = _types.get(subject_type)
    return registered.visible_to(user).values("pk") if registered else None


def visible(user: Visitor, *, prefix: str = "") -> Q:
    """A filter for rows with a subject (at `prefix`): those whose subject a person may see.

    Rows about an unknown type of record are for superusers only.
    """
    if user.is_superuser:
        return Q()
    condition = Q(pk__in=[])
    for name in _types:
        condition |= Q(**{f"{prefix}subject_type": name, f"{prefix}subject_id__in": visible_ids(name, user)})
    return condition
