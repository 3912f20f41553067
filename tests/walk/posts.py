"""Forms and verbs that are sent with the reference of a private record, to open records and to the private ones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import transaction
from rest_framework import serializers

from incidents.serializers.tickets import ReferenceField
from tests.walk.addresses import Address, addresses
from tests.walk.company import OPEN, PRIVATE
from tests.walk.parameters import DAY
from tests.walk.readers import Answer, Reader

INCIDENT, PROBLEM = f"INC-{PRIVATE}", f"PRB-{PRIVATE + 1}"
_FORM = {
    "other": INCIDENT, "problem": PROBLEM, "incident": INCIDENT, "original": PROBLEM, "parent": str(PRIVATE),
    "kind": "related", "code": "duplicate", "text": "x", "title": "x", "due_on": "2026-07-01", "reason": "x",
}  # fmt: skip
"""What every form is sent: each takes the fields it knows."""
_BY_KIND: tuple[tuple[Any, Any], ...] = (
    (serializers.ManyRelatedField, [PRIVATE]),
    ((serializers.RelatedField, serializers.IntegerField), PRIVATE),
    (serializers.BooleanField, True),
    (serializers.DateField, DAY),
    (serializers.DateTimeField, f"{DAY}T12:00:00Z"),
)
_NEW = re.compile(r"ETag: \S+|\d+")
"""Keys and versions of what a request makes are new each time."""


def send_all(reader: Reader) -> dict[str, tuple[int, str]]:
    """Status and words of the answer to each form and verb; what each one changes is undone."""
    cache.clear()
    return {
        f"{method} {path}": _outcome(reader, method, path, body)
        for address in addresses()
        if address.pattern.startswith(reader_places(reader))
        for method, body in _bodies(address)
        for path in address.paths(OPEN, PRIVATE, is_brief=True)
    }


def reader_places(reader: Reader) -> tuple[str, ...]:
    """The prefixes of the addresses with forms and verbs; those of accounts and senders name no record."""
    return ("api/v1/",) if reader.is_program else ("api/v1/", "tickets/", "incidents/", "problems/", "postmortems/")


def _outcome(reader: Reader, method: str, path: str, body: dict[str, Any]) -> tuple[int, str]:
    with _undone():
        answer: Answer = reader.send(method, path, body)
    return answer.status, _NEW.sub("N", answer.stable)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _bodies(address: Address) -> Iterator[tuple[str, dict[str, Any]]]:
    """The methods other than GET that the address takes, each with a body."""
    view = getattr(address.callback, "view_class", None)
    if hasattr(view, "post"):
        yield "POST", _FORM
    for method, name in list(getattr(address.callback, "actions", {}).items()):
        if method in {"post", "patch", "put", "delete"}:
            takes = getattr(getattr(address.callback.cls, name), "takes", None)
            yield method.upper(), _json(takes) if takes else {}


def _json(takes: Any) -> dict[str, Any]:
    fields = getattr(takes, "_declared_fields", {})
    return {name: _value(name, row) for name, row in fields.items() if not row.read_only}


def _value(name: str, row: Any) -> Any:
    if isinstance(row, ReferenceField):
        return PROBLEM if row.kind == "problem" or name in {"problem", "original"} else INCIDENT
    if isinstance(row, serializers.ListField):
        return [_value(name, row.child)]
    if isinstance(row, serializers.ChoiceField):
        words = [word for word in row.choices if word]
        return next((word for word in ("duplicate", "related") if word in words), words[0])
    return next((value for kind, value in _BY_KIND if isinstance(row, kind)), "x")
