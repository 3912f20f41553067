"""The records that escalations, tasks and work intervals are about, known here only by a type and an id.

Apps above register their record types in `ready()`: how to lock a record, and which records a person may see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet


@dataclass(frozen=True)
class SubjectType:
    """How the engine and the portal handle one type of record of another app."""

    name: str
    lock: Callable[[int], Any]
    """Lock the record's row FOR NO KEY UPDATE, before any escalation's (paging rule 4)."""
    visible_to: Callable[[Any], QuerySet[Any]]
    """The records a person may see."""
    message_fields: Callable[[list[int]], dict[int, dict[str, str]]]
    """For messages: by id, short fields such as severity, service and age."""


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


def message_fields(subject_type: str, subject_ids: list[int]) -> dict[int, dict[str, str]]:
    """Short fields of records for a message; empty for an unknown type."""
    registered = _types.get(subject_type)
    return registered.message_fields(subject_ids) if registered else {}


def visible_ids(subject_type: str, user: Any) -> QuerySet[Any] | None:
    """The ids of this type's records that a person may see, as a subquery; None for an unknown type."""
    registered = _types.get(subject_type)
    return registered.visible_to(user).values("pk") if registered else None


def visible(user: Any, *, prefix: str = "") -> Q:
    """A filter for rows with a subject (at `prefix`): those whose subject a person may see.

    Rows about an unknown type of record are for superusers only.
    """
    if user.is_superuser:
        return Q()
    condition = Q(pk__in=[])
    for name in _types:
        condition |= Q(**{f"{prefix}subject_type": name, f"{prefix}subject_id__in": visible_ids(name, user)})
    return condition
