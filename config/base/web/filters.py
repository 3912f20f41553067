"""What every list's filter shares; a model's FilterSet serves its page, its CSV and its endpoint."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from config.base.data.wall_clock import DAY, day_start
from config.base.web.forms import FilterForm
from config.base.web.moments import DayField, MomentField, reader_zone

MAX_WORDS = 8


class WordsFilter(filters.CharFilter):
    """Free text: every word must be found in one of `fields`."""

    may_repeat = False

    def __init__(self, *, fields: Sequence[str], **options: Any) -> None:
        self.fields = fields
        super().__init__(**{"label": "Search", "max_length": 200} | options)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that hold all of the words, in any case."""
        for word in (value or "").split()[:MAX_WORDS]:
            queryset = queryset.filter(self.condition(word))
        return queryset

    def condition(self, word: str) -> Q:
        """The condition for one word."""
        condition = Q()
        for field in self.fields:
            condition |= Q(**{f"{field}__icontains": word})
        return condition


class YesNoField(forms.TypedChoiceField):
    """True, false, or None for any; another text is an error."""

    _VALUES = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}
    default_error_messages = {"invalid_choice": "Write true or false."}

    def __init__(self, **options: Any) -> None:
        choices = [("", "Any"), ("true", "Yes"), ("false", "No")]
        super().__init__(**{"choices": choices, "empty_value": None, "coerce": self._VALUES.get} | options)

    def valid_value(self, value: Any) -> bool:
        """Whether it reads as yes or no."""
        return str(value) in self._VALUES

    def prepare_value(self, value: Any) -> Any:
        """The option that says the same."""
        flag = self._VALUES.get(str(value))
        return value if flag is None else str(flag).lower()


class YesNoFilter(filters.BooleanFilter):
    """Yes, no, or any."""

    field_class = YesNoField


class WholeNumberField(forms.IntegerField):
    """A whole number that a column of the database can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 2**63 - 1} | options)


class WholeNumberFilter(filters.Filter):
    """Rows with this whole number, as an id."""

    field_class = WholeNumberField
    may_repeat = True


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(filters.Filter):
    """Narrows by a moment: with its offset, or in the zone of the filter set."""

    field_class = MomentField


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(filters.Filter):
    """Narrows a column of days."""

    field_class = DayField


class SinceDayFilter(DayFilter):
    """Rows whose moment is on this day or later."""

    def filter(self, queryset: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """From the day's beginning in the zone of the filter set."""
        return super().filter(queryset, value and day_start(value, self.parent.zone))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"lookup_expr": "gte"} | options)


class UntilDayFilter(DayFilter):
    """Rows whose moment is on this day or earlier."""

    def filter(self, queryset: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Until the day's end in the zone of the filter set."""
        return super().filter(queryset, value and day_start(value + DAY, self.parent.zone))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"lookup_expr": "lt"} | options)


_REPEATABLE = (filters.ChoiceFilter, filters.ModelChoiceFilter, filters.CharFilter)


class FilterSet(filters.FilterSet):
    """A list's filter. Declare its fields; `search` comes first on the page.

    A parameter that is sent several times means any of its values, unless its filter says `may_repeat = False` or
    the set names it in `single`; then it is refused. `zone` is that of days and of moments without an offset.
    """

    single: tuple[str, ...] = ()

    class Meta:
        form = FilterForm

    def __init__(self, *args: Any, zone: ZoneInfo | None = None, **kwargs: Any) -> None:
        self.zone = zone or reader_zone()
        super().__init__(*args, **kwargs)

    @property
    def reader(self) -> Any:
        """Who asks: what they may not see must not decide which rows they get."""
        return getattr(self.request, "user", None) or AnonymousUser()

    def get_form_class(self) -> Any:
        """The form's class, which knows what may repeat and the zone of its moments."""
        kind: Any = super().get_form_class()
        kind.repeatable = frozenset(
            name for name, row in self.filters.items() if name not in self.single and _may_repeat(row)
        )
        for field in kind.base_fields.values():
            if isinstance(field, MomentField):
                field.zone = self.zone
        return kind

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that every parameter lets through."""
        for name, value in self.form.cleaned_data.items():
            several = self.form.several.get(name)
            queryset = self._any_of(name, several, queryset) if several else self.filters[name].filter(queryset, value)
        return queryset

    def _any_of(self, name: str, values: Iterable[Any], rows: QuerySet[Any]) -> QuerySet[Any]:
        matches = Q()
        for value in values:
            matches |= Q(pk__in=self.filters[name].filter(rows.order_by(), value).values("pk"))
        return rows.filter(matches)


def _may_repeat(row: filters.Filter) -> bool:
    return bool(getattr(row, "may_repeat", isinstance(row, _REPEATABLE)))


_LIST_PARAMETERS = ("page", "sort", "per_page", "export")


def query_problems(form: Any, query: QueryDict, *, columns: Iterable[str]) -> list[str]:
    """What a list does not understand in its address, in words; `columns` are those it can be sorted by.

    An address may be old: saved, sent or bookmarked before a filter, a team or a service was renamed.
    """
    allowed = {*form.fields, *_LIST_PARAMETERS}
    unknown = [f"“{name[:40]}” is not a filter of this list and was ignored." for name in query if name not in allowed]
    order = [name for name in query.getlist("sort") if name and name.removeprefix("-") not in columns]
    unknown += [f"The list cannot be sorted by “{name[:40]}” and has its usual order." for name in order]
    if (page := query.get("page", "")) and not _is_count(page):
        unknown.append(f"There is no page “{page[:40]}”, so this is the first one.")
    if (rows := query.get("per_page", "")) and not _is_count(rows):
        unknown.append(f"A page cannot have “{rows[:40]}” rows, so it has the usual number.")
    wrong = [f"{form[name].label}: {' '.join(errors)}" for name, errors in form.errors.items() if name in form.fields]
    return unknown[:5] + wrong


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and bool(text.strip("0"))
