"""What an escalation or a work interval is about, known here only as a type and an id.

Apps above register their records in `ready()`: how to lock one, how to find those a person may see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet


@dataclass(frozen=True)
class SubjectType:
    """How the engine and the portal deal with one kind of record of another app."""

    name: str
    lock: Callable[[int], Any]
    """Lock the record's row FOR NO KEY UPDATE, before any escalation's (paging rule 4)."""
    visible_to: Callable[[Any], QuerySet[Any]]
    """The records a person may know of."""
    message_fields: Callable[[list[int]], dict[int, dict[str, str]]]
    """For messages: by id, short facts such as severity, service and age, in the words a page uses."""


_types: dict[str, SubjectType] = {}


def register(subject_type: SubjectType) -> None:
    """Make a kind of record known; called from an app's `ready()`."""
    _types[subject_type.name] = subject_type


def names() -> list[str]:
    """The kinds of records that are known."""
    return sorted(_types)


def lock(subject_type: str, subject_id: int) -> None:
    """Lock the record, if its kind is known, so that it stands before the escalation in the lock order."""
    if found := _types.get(subject_type):
        found.lock(subject_id)


def message_fields(subject_type: str, subject_ids: list[int]) -> dict[int, dict[str, str]]:
    """Short facts about records for a message; empty for an unknown kind."""
    found = _types.get(subject_type)
    return found.message_fields(subject_ids) if found else {}


def visible_ids(subject_type: str, user: Any) -> QuerySet[Any] | None:
    """The ids of this kind's records that a person may know of, as a subquery; None for an unknown kind."""
    found = _types.get(subject_type)
    return found.visible_to(user).values("pk") if found else None


def visible(user: Any, *, prefix: str = "") -> Q:
    """Narrows rows that know a subject (at `prefix`) to those whose subject a person may know of.

    Rows about an unknown kind of record are shown to superusers only: nothing unless it is allowed.
    """
    if user.is_superuser:
        return Q()
    found = Q(pk__in=[])
    for name in _types:
        found |= Q(**{f"{prefix}subject_type": name, f"{prefix}subject_id__in": visible_ids(name, user)})
    return found
