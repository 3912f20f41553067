"""What a page that changes something protects: each declares it, and a page without a declaration does not start.

`Once`, `Edits` and `ActsOn` are done once per form (`submissions`). `Edits` and `ActsOn` also compare the record,
under its lock, with what the author of the form saw.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import Truncator

from config.base.data.users import User, Visitor
from config.base.web import display

FIELD = "form_seen"
_NOTHING = "none"
_LENGTH = 4
_SHOWN_CHARACTERS = 200
_SECRET = ("password", "secret", "digest", "token", "key")


@dataclass(frozen=True)
class Guard:
    """What a page protects."""

    columns: tuple[str, ...] = field(default=(), init=False)
    """The columns of the record that must not have changed since the author of the form saw them."""

    @property
    def record(self) -> str:
        """The page's attribute with the record that is locked, or nothing."""
        return ""


@dataclass(frozen=True)
class Once(Guard):
    """The page is right whatever others did meanwhile, as a note is, but once per form; `why` says why."""

    why: str


@dataclass(frozen=True)
class Repeatable(Guard):
    """The page may be sent on any state and any number of times; `why` says why that does no harm."""

    why: str


@dataclass(frozen=True)
class Removes(Repeatable):
    """The page is a `RemovePage`: it deletes a record, and says so and leads back where that is already gone."""

    why: str = "what was removed stays removed, and a second press says so"


@dataclass(frozen=True, init=False)
class _OfRecord(Guard):
    name: str

    def __init__(self, name: str, *columns: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "columns", columns)

    @property
    def record(self) -> str:
        """The page's attribute with the record; None stands for a record that does not exist yet."""
        return self.name


class Edits(_OfRecord):
    """The page's EditForm shows the values of a record, and compares each with what its author saw.

    A form that also adds what it does not show, as the text of one more update, names the columns that such an
    addition changes: a form from before it is refused once.
    """


class ActsOn(_OfRecord):
    """The page acts on a record, and not once one of these columns has changed since its author saw them."""


@dataclass(frozen=True)
class LastChange:
    """Who changed a record last, and when; each may be unknown."""

    actor: User | None = None
    at: datetime | None = None

    def sentence(self, reader: Visitor, verb: str) -> str:
        """The change in words for a reader, as "Ana saved this on Mon 1 Jun 2026, 14:03 UTC"."""
        who = "Somebody else" if self.actor is None else str(self.actor.name)
        if self.actor is not None and self.actor == reader:
            who = "You"
        return f"{who} {verb} this{f' on {display.local_text(self.at)}' if self.at else ''}"


def last_change(record: models.Model) -> LastChange:
    """The last change by the record's history of versions, else by its `updated_at`."""
    versions = getattr(record, "history", None)
    if versions is not None:
        version = versions.select_related("history_user").first()
        return LastChange(version.history_user, version.history_date) if version else LastChange()
    return LastChange(at=getattr(record, "updated_at", None))


def seen_token(record: models.Model | None) -> str:
    """What a form carries to say which state its author saw: four characters for each column."""
    if record is None:
        return _NOTHING
    marks = (_mark(record, column) for column in record._meta.concrete_fields)
    return f"{record._meta.label_lower}:{record.pk}:{''.join(marks)}"


def tokens_in(state: str) -> list[str]:
    """The states in the list that a form with several records carries; none in what is no such list."""
    try:
        tokens = json.loads(state)
    except ValueError:
        return []
    return [str(token) for token in tokens] if isinstance(tokens, list) else []


def changed_columns(token: str, record: models.Model | None, columns: Sequence[str]) -> list[str]:
    """Which of the columns differ from the state that the token was made of.

    A form without a token says nothing about a state, nor does one of another kind of record.
    """
    if not token or (record is None and token == _NOTHING):
        return []
    if record is None or token == _NOTHING:
        return list(columns)
    label, pk, marks = [*token.split(":"), "", ""][:3]
    if label != record._meta.label_lower:
        return []
    if pk != str(record.pk):
        return list(columns)
    changed = []
    for number, column in enumerate(record._meta.concrete_fields):
        name = column.name if column.name in columns else column.attname
        if name in columns and marks[number * _LENGTH :][:_LENGTH] != _mark(record, column):
            changed.append(name)
    return changed


def describe_columns(record: models.Model, columns: Sequence[str]) -> str:
    """What the columns hold now, as "status is now Resolved"; without times and keys, secrets and JSON only named."""
    texts = []
    for name in columns:
        column = record._meta.get_field(name)
        if isinstance(column, models.DateTimeField | models.AutoField):
            continue
        label = str(getattr(column, "verbose_name", name))
        if is_secret(name) or isinstance(column, models.JSONField):
            texts.append(f"{label} was changed")
            continue
        display_value = getattr(record, f"get_{name}_display", None)
        value = display_value() if display_value else getattr(record, name)
        text = str(getattr(value, "name", value)) if value not in (None, "") else "empty"
        texts.append(f"{label} is now {Truncator(text).chars(_SHOWN_CHARACTERS)}")
    return ", ".join(texts)


def is_secret(column: str) -> bool:
    """Whether a column of this name may hold a secret, so that its values are never told."""
    return any(word in column for word in _SECRET)


def _mark(record: models.Model, column: "models.Field[Any, Any]") -> str:
    value = getattr(record, column.attname)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    # With a key of its own: a column can be short and secret.
    mac = hmac.digest(settings.SECRET_KEY.encode(), f"{column.attname}={value!r}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac[:3]).decode()
