"""Filters by time that every list has: when a record was made, when it last changed, and its own times.

They are declared like any other filter of django-filter, and only for the API: a page has no room for them all.
`..._after` takes in the moment that is given, `..._before` does not, so that two periods never share a record.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db.models import DateTimeField, Exists, Model, OuterRef, Q, QuerySet
from django_filters import IsoDateTimeFromToRangeFilter

from config.base.web.filters import FilterSet, MomentFilter

RowT = TypeVar("RowT", bound=Model)

SUFFIXES = {"after": "gte", "before": "lt"}
# What a table without `created_at` calls the moment from which it has the record.
_BEGINNINGS = (
    "created_at", "joined_at", "recorded_at", "requested_at", "received_at", "opened_at", "triggered_at", "started_at",
    "published_at", "checked_at", "added_at", "at",
)  # fmt: skip
# Moments that are planned say nothing about when the record changed.
_PLANNED = {"due_at", "ends_at", "starts_at", "next_at", "turn_at", "next_update_at", "next_reminder_at"}


class BoundFilter(MomentFilter):
    """Records whose moment is at or after the given one, or before it."""

    def __init__(self, *, name: str, suffix: str, **options: object) -> None:
        self.is_after = suffix == "after"
        bound = "at or after" if self.is_after else "before"
        super().__init__(label=f"Only records with {name} {bound} this instant.", **options)

    def filter(self, queryset: QuerySet[RowT], value: datetime | None) -> QuerySet[RowT]:
        """Those on the chosen side; a record without the moment is on neither."""
        if value is None:
            return queryset
        return self.narrowed(queryset, value)

    def narrowed(self, queryset: QuerySet[RowT], value: datetime) -> QuerySet[RowT]:
        """The rows, of a given moment."""
        return queryset.filter(**{f"{self.field_name}__{SUFFIXES['after' if self.is_after else 'before']}": value})


class LastOfFilter(BoundFilter):
    """As above, for the last of several moments: a record that only gets new moments changes with each."""

    def __init__(self, *, moments: Iterable[str], **options: Any) -> None:
        self.moments = tuple(moments)
        super().__init__(**options)

    def narrowed(self, queryset: QuerySet[RowT], value: datetime) -> QuerySet[RowT]:
        """The rows one of whose moments is late enough, or none of which is too late."""
        late = Q()
        for moment in self.moments:
            late |= Q(**{f"{moment}__gte": value})
        return queryset.filter(late if self.is_after else ~late)


class HistoryFilter(BoundFilter):
    """As above, for configuration whose history is kept: by its first or its last entry."""

    def __init__(self, *, history: Any, is_first: bool, **options: Any) -> None:
        self.history = history
        self.is_first = is_first
        super().__init__(**options)

    def narrowed(self, queryset: QuerySet[RowT], value: datetime) -> QuerySet[RowT]:
        """The rows; one that is older than its history was made before any moment."""
        entries = self.history.filter(id=OuterRef("pk"))
        late = Q(Exists(entries.filter(history_date__gte=value)))
        if self.is_first:
            late &= ~Q(Exists(entries.filter(history_date__lt=value)))
        return queryset.filter(late if self.is_after else ~late)


def with_times(kind: Any, answered: Iterable[str]) -> type[FilterSet]:
    """The filter set with the filters by time of its model; `answered` are the fields of an answer."""
    return _with_times(kind, tuple(answered))


@cache
def _with_times(kind: Any, answered: tuple[str, ...]) -> type[FilterSet]:
    # A page's range of moments takes in both ends; None takes a filter out.
    filters = kind.base_filters.items()
    ranges = {name: None for name, filter_ in filters if isinstance(filter_, IsoDateTimeFromToRangeFilter)}
    taken = set(_parameters(kind, without=ranges))
    added = {name: filter_ for name, filter_ in _filters(kind._meta.model, answered) if name not in taken}
    names = {"__doc__": kind.__doc__, "__module__": kind.__module__}
    return type(kind.__name__, (kind,), {**ranges, **added, **names})


def _parameters(kind: type[FilterSet], *, without: Container[str]) -> Iterator[str]:
    for name, filter_ in kind.base_filters.items():
        if name in without:
            continue
        suffixes: Sequence[str] = getattr(filter_.field_class.widget, "suffixes", ())
        if suffixes:
            yield from (f"{name}_{suffix}" for suffix in suffixes)
        else:
            yield name


def _filters(model: type[Model], answered: tuple[str, ...]) -> Iterator[tuple[str, BoundFilter]]:
    columns = [field.name for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]
    own = [name for name in columns if name in answered]
    beginning = next((name for name in _BEGINNINGS if name in columns), "")
    history = getattr(model, "history", None)
    for suffix in SUFFIXES:
        for column in own:
            stem = column.removesuffix("_at")
            yield f"{stem}_{suffix}", BoundFilter(field_name=column, name=f"`{column}`", suffix=suffix)
        if beginning:
            yield f"created_{suffix}", BoundFilter(field_name=beginning, name=f"`{beginning}`", suffix=suffix)
        elif history is not None:
            yield (
                f"created_{suffix}",
                HistoryFilter(history=history, is_first=True, name="the time they were made", suffix=suffix),
            )
        yield f"updated_{suffix}", _change_filter(columns, own, history, suffix)


def _change_filter(columns: list[str], own: list[str], history: object, suffix: str) -> BoundFilter:
    if "updated_at" in columns:
        return BoundFilter(field_name="updated_at", name="`updated_at`", suffix=suffix)
    if history is not None:
        return HistoryFilter(history=history, is_first=False, name="the time of their last change", suffix=suffix)
    moments = [name for name in own if name not in _PLANNED]
    return LastOfFilter(moments=moments, name=f"the last of {', '.join(moments)}", suffix=suffix)
