"""What a list reads of the records that its rows refer to: the columns that its serializer shows, and no others.

A ticket refers to seven records, and the API shows a name or two of each; all their columns were half of what a page
of tickets cost.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework import serializers

RowT = TypeVar("RowT", bound=Model)
AnySerializer: TypeAlias = serializers.ModelSerializer[Any]
Related: TypeAlias = Mapping[str, "Related"]
"""Relations that are read in the same query, and those behind them."""


def only_shown(rows: QuerySet[RowT], serializer: type[object]) -> QuerySet[RowT]:
    """The same rows, without those columns of related records that the serializer does not show."""
    related = rows.query.select_related
    is_whole = rows.query.default_cols and not rows.query.deferred_loading[0]
    if not (is_whole and isinstance(related, dict) and issubclass(serializer, serializers.ModelSerializer)):
        return rows
    columns = [column.name for column in rows.model._meta.concrete_fields]
    for name, behind in related.items():
        columns += _columns(serializer, name) or _all_columns(rows.model, name, behind)
    return rows.only(*columns)


@lru_cache(maxsize=512)
def _columns(serializer: type[AnySerializer], relation: str) -> list[str]:
    """The columns of a related record that the fields show; empty if one of them may read any."""
    columns: list[str] = []
    for field in serializer().fields.values():
        source, _, rest = str(field.source).partition(".")
        if relation not in {source, field.field_name}:
            continue
        names = [] if rest else _names(field)
        if not names:
            return []
        columns += [f"{relation}__{name}" for name in names]
    return columns


def _names(field: object) -> list[str]:
    """The columns of the record that a field shows; empty for a field that may read any."""
    if isinstance(field, serializers.SlugRelatedField):
        return [str(field.slug_field)]
    if isinstance(field, serializers.ModelSerializer):
        model: type[Model] = field.Meta.model
        columns = {column.name for column in model._meta.concrete_fields}
        sources = [str(nested.source) for nested in field.fields.values()]
        return sources if columns.issuperset(sources) else []
    return []


def _all_columns(model: type[Model], relation: str, behind: Related) -> list[str]:
    other = cast("type[Model]", model._meta.get_field(relation).related_model)
    # The part of a row that is of its kind repeats no column of the row.
    own = other._meta.local_concrete_fields if issubclass(other, model) else other._meta.concrete_fields
    columns = [f"{relation}__{column.name}" for column in own]
    for name, further in behind.items():
        columns += [f"{relation}__{column}" for column in _all_columns(other, name, further)]
    return columns
