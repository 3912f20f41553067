"""Filters by a row of a small table, such as a team: all filters of a list share one query."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import F, IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import cached_property
from django_filters.fields import ModelChoiceField

_COLUMNS = ("choice_field", "choice_rank", "choice_label", "choice_key", "choice_pk")


class BatchedChoiceField(ModelChoiceField):
    """A row named by its key. `label_of` names its label, `rank` sorts before the label."""

    def __init__(self, *args: object, label_of: str | Combinable = "name", rank: str = "", **options: object) -> None:
        self.label_of, self.rank = label_of, rank
        self.batch: BatchedChoices | None = None
        super().__init__(*args, **options)

    def to_python(self, value: object) -> int | None:
        """The key of the selected row."""
        if value in self.empty_values or self.batch is None:
            return None
        key = self.batch.selected.get((self, str(value)))
        if key is None:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return key

    def rows(self, position: int, key: str | None = None) -> QuerySet[Any, Any]:
        """Its rows, or the one of a key, in the form that all fields share."""
        column = self.to_field_name or "pk"
        rows = self.queryset.order_by()
        if key is not None:
            rows = rows.filter(**{column: key})
        return rows.annotate(
            choice_field=Value(position, IntegerField()),
            choice_rank=Cast(F(self.rank), IntegerField()) if self.rank else Value(0, IntegerField()),
            choice_label=Cast(self.label_of, TextField()),
            choice_key=Cast(column, TextField()),
            choice_pk=F("pk"),
        ).values_list(*_COLUMNS)


class BatchedChoiceFilter(filters.ModelChoiceFilter):
    """Filters by a row of a small table; see `BatchedChoiceField`."""

    field_class = BatchedChoiceField


class BatchedChoiceIterator(BaseChoiceIterator):
    """The options of one field, queried together with those of the others when the first is drawn."""

    def __init__(self, batch: "BatchedChoices", field: BatchedChoiceField) -> None:
        self.batch, self.field = batch, field

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.batch.options.get(self.field, [])


class BatchedChoices:
    """All `BatchedChoiceField`s of one form: one query for the selected rows, one for all options."""

    def __init__(self, fields: list[BatchedChoiceField], values: Mapping[BatchedChoiceField, Iterable[str]]) -> None:
        self.fields, self.values = fields, values
        # A page draws the options anyway, so the selected rows are among them: one query less.
        self.is_drawn = False
        for field in fields:
            field.batch = self

    @cached_property
    def selected(self) -> dict[tuple[BatchedChoiceField, str], int]:
        """The rows that the form's values select."""
        if self.is_drawn:
            return {(field, key): pk for field, rows in self._rows.items() for key, _, pk in rows}
        parts = []
        for position, field in enumerate(self.fields):
            for value in self.values.get(field, ()):
                if "\x00" in value:
                    continue
                try:
                    parts.append(field.rows(position, value))
                except (ValueError, TypeError):
                    continue  # no key of that kind, so there is no such row
        return {(self.fields[position], key): pk for position, _, _, key, pk in _union(parts)}

    @cached_property
    def options(self) -> dict[BatchedChoiceField, list[tuple[str, str]]]:
        """Every field's options, in their order."""
        return {field: [(key, label) for key, label, _ in rows] for field, rows in self._rows.items()}

    @cached_property
    def _rows(self) -> dict[BatchedChoiceField, list[tuple[str, str, int]]]:
        rows_by_field: dict[BatchedChoiceField, list[tuple[str, str, int]]] = {}
        parts = [field.rows(position) for position, field in enumerate(self.fields)]
        for position, _, label, key, pk in _union(parts):
            rows_by_field.setdefault(self.fields[position], []).append((key, label, pk))
        return rows_by_field


def _union(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any] | list[Any]:
    if not parts:
        return []
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    return rows.order_by("choice_field", "choice_rank", "choice_label", "choice_key")
