"""The values of a version in words: choices by label, other records by name, times with their zone; no secrets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, cast

from django.db import models
from django.db.models import Model
from django.utils.text import Truncator

from config.base.data.users import User
from config.base.web import display

Column: TypeAlias = "models.Field[Any, Any]"
NOTHING = "nothing"
_HIDDEN = "(not shown)"
_SECRET = ("password", "secret", "digest", "token")
_CHARACTERS = 200


class Version(Protocol):
    """A row of a history."""

    pk: int
    history_id: int
    history_date: datetime
    history_type: str
    history_change_reason: str | None
    history_user: User | None
    before: int | None
    tracked_fields: Sequence[Column]
    _history_m2m_fields: Sequence["models.ManyToManyField[Model, Model]"]


class Names:
    """The names of the records that some versions name, read once for each kind of record."""

    def __init__(self, versions: Iterable[Version]) -> None:
        keys: dict[type[Model], set[object]] = {}
        for version in versions:
            for column in self.columns(version):
                if isinstance(column, models.ForeignKey | models.ManyToManyField):
                    keys.setdefault(column.related_model, set()).update(_keys(version, column))
        self._names = {
            model: {
                pk: str(getattr(row, "name", row))
                for pk, row in model._base_manager.in_bulk(list(expected - {None})).items()
            }
            for model, expected in keys.items()
        }

    @staticmethod
    def columns(version: Version) -> Iterator[Column]:
        """The columns that people edit, in the order of the model, and then those with several records."""
        for column in version.tracked_fields:
            if column.editable and not column.primary_key:
                yield column
        yield from version._history_m2m_fields

    def of_record(self, model: type[Model], pk: object) -> str:
        """The name of a record, or that it is gone."""
        return self._names.get(model, {}).get(pk) or f"{model._meta.verbose_name} {pk}, which is gone"

    def of_version(self, version: Version) -> str:
        """What the record of a version is called: its name, or those of what it joins."""
        for name in ("name", "title"):
            if text := getattr(version, name, ""):
                return str(text)
        joined = [
            self.of_record(column.related_model, key)
            for column in self.columns(version)
            if isinstance(column, models.ForeignKey)
            for key in _keys(version, column)
            if key is not None and column.remote_field.on_delete is not models.CASCADE
        ]
        return ", ".join(joined) or (f"at position {version.position}" if hasattr(version, "position") else "")


def value_text(version: Version, column: Column, names: Names) -> str:
    """What a column of a version holds, in words."""
    if any(word in column.name for word in _SECRET) or column.name in getattr(column.model, "secret_inputs", ()):
        return _HIDDEN if getattr(version, column.attname, None) else NOTHING
    if isinstance(column, models.ForeignKey | models.ManyToManyField):
        texts = sorted(names.of_record(column.related_model, key) for key in _keys(version, column) if key is not None)
        return ", ".join(texts) or NOTHING
    return _plain_text(getattr(version, column.attname), dict(column.flatchoices or ()))


def _plain_text(value: object, choices: dict[object, object]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return display.local_text(value)
    if isinstance(value, list):
        texts = (str(choices.get(each, each) if isinstance(each, str | int) else each) for each in value)
        return Truncator(", ".join(texts)).chars(_CHARACTERS) or NOTHING
    if value is None or value in ("", {}):
        return NOTHING
    return Truncator(str(choices.get(value, value) if isinstance(value, str | int) else value)).chars(_CHARACTERS)


def _keys(version: Version, column: Column) -> list[object]:
    """The keys of the records that a column of a version names."""
    if isinstance(column, models.ManyToManyField):
        name = f"{column.m2m_reverse_field_name()}_id"
        return [getattr(row, name) for row in getattr(version, rows_of(type(version), column.name)).all()]
    return [getattr(version, column.attname)]


def rows_of(history_model: type, name: str) -> str:
    """Where a version keeps the rows of a column with several records, as prefetching names it."""
    rows: type[Model] = getattr(history_model, name).model
    relation = cast("models.ForeignKey[Model, Model]", rows._meta.get_field("history")).remote_field
    return str(relation.get_accessor_name())
