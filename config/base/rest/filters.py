"""Filters of lists: strict about their names, and plain about what they refuse."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.request import Request

from config.base.data.clock import UTC_ZONE
from config.base.rest.times import with_times
from config.base.web.filters import FilterSet

RowT = TypeVar("RowT", bound=Model)
_Rows: TypeAlias = QuerySet[Model] | None

MAX_CHOICES_NAMED = 40


class StrictFilters(DjangoFilterBackend):
    """django-filter, which also lists its parameter names, so that the view can refuse all others."""

    def get_filterset_kwargs(self, request: Request, queryset: _Rows, view: Any) -> dict[str, object]:
        """Days and moments without an offset are in UTC for every caller; only filters that were sent are made."""
        own = {"zone": UTC_ZONE, "sent": request.query_params}
        return super().get_filterset_kwargs(request, queryset, view) | own

    def get_filterset_class(self, view: Any, queryset: _Rows = None) -> type[FilterSet] | None:
        """The view's declared filter set, with the filters by time that every list has."""
        kind = super().get_filterset_class(view, queryset)
        answered = getattr(getattr(view.serializer_class, "Meta", None), "fields", None)
        return with_times(kind, answered) if kind is not None and answered else kind

    def parameters(self, request: Request, queryset: _Rows, view: Any) -> Iterable[str]:
        """Every query parameter of the view's filter set; no rows are needed."""
        kind = self.get_filterset_class(view, queryset)
        if kind is None:
            return ()
        if kind not in _parameters:
            _parameters[kind] = tuple(kind(queryset=queryset, request=request).form.fields)
        return _parameters[kind]

    def filter_queryset(self, request: Request, queryset: QuerySet[RowT], view: Any) -> QuerySet[RowT]:
        """The chosen rows. Raises ValidationError under the names that were sent."""
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise exceptions.ValidationError(dict(_by_sent_name(filterset.form)))
        rows: QuerySet[RowT] = filterset.qs
        return rows


_parameters: dict[type, tuple[str, ...]] = {}
"""The names that each filter set knows: the same in every request, and building its form is expensive."""


def _by_sent_name(form: Form) -> Iterator[tuple[str, list[str]]]:
    """What is wrong, by the parameter that was sent; a choice with what may be chosen."""
    for name, errors in form.errors.items():
        field = form.fields.get(name)
        messages = [_with_choices(error, field) for error in errors.as_data()]
        yield name, messages


def _with_choices(error: ValidationError, field: Any) -> str:
    message = " ".join(error.messages)
    if error.code != "invalid_choice" or not hasattr(field, "choices") or hasattr(field, "queryset"):
        return message
    allowed = [str(value) for value, _ in field.choices if value not in {"", None}]
    return f"{message} Choose one of: {', '.join(allowed)}." if len(allowed) <= MAX_CHOICES_NAMED else message
