"""What every list's filter shares; a model's FilterSet serves its page, its CSV and its endpoint."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field

from config.base.data.moments import FIRST_YEAR
from config.base.data.retirement import offered
from config.base.data.users import Visitor
from config.base.data.wall_clock import DAY, day_start
from config.base.web.forms import FilterForm
from config.base.web.moments import DayField, MomentField, reader_zone

MAX_WORDS = 8
RowT = TypeVar("RowT", bound=Model)
_YEARS = f"^{FIRST_YEAR // 100}[0-9]{{2}}-"
"""The years of filters, for the API's document."""


class WordsFilter(filters.CharFilter):
    """Free text: every word must be found in one of `fields`."""

    may_repeat = False

    def __init__(self, *, fields: Sequence[str], **options: object) -> None:
        self.fields = fields
        label = str(options.get("label", "Search"))
        widget = forms.TextInput(attrs={"placeholder": label, "autocomplete": "off"})
        super().__init__(**{"label": label, "max_length": 200, "widget": widget} | options)

    def filter(self, queryset: QuerySet[RowT], value: str) -> QuerySet[RowT]:
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

    def valid_value(self, value: object) -> bool:
        """Whether it reads as yes or no."""
        return str(value) in self._VALUES

    def prepare_value(self, value: object) -> object:
        """The option that says the same."""
        flag = self._VALUES.get(str(value))
        return value if flag is None else str(flag).lower()


class YesNoFilter(filters.BooleanFilter):
    """Yes, no, or any."""

    field_class = YesNoField


class RetiredFilter(filters.ChoiceFilter):
    """Configuration out of use; a page without it lists what is in use, an endpoint everything."""

    may_repeat = False

    def __init__(self, **options: object) -> None:
        choices = [("yes", "Retired"), ("any", "In use and retired")]
        super().__init__(**{"label": "In use", "empty_label": "In use", "choices": choices} | options)

    def filter(self, queryset: QuerySet[RowT], value: str) -> QuerySet[RowT]:
        """Those out of use, or all."""
        return queryset.filter(retired_at__isnull=False) if value == "yes" else queryset


class WholeNumberField(forms.IntegerField):
    """A whole number that a column of the database can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 2**63 - 1} | options)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 2**63 - 1})
class WholeNumberFilter(filters.Filter):
    """Rows with this whole number, as an id."""

    field_class = WholeNumberField
    may_repeat = True


@extend_schema_field({"type": "string", "format": "date-time", "pattern": _YEARS})
class MomentFilter(filters.Filter):
    """Narrows by a moment: with its offset, or in the zone of the filter set."""

    field_class = MomentField


@extend_schema_field({"type": "string", "format": "date", "pattern": _YEARS})
class DayFilter(filters.Filter):
    """Narrows a column of days."""

    field_class = DayField


class SinceDayFilter(DayFilter):
    """Rows whose moment is on this day or later."""

    def filter(self, queryset: QuerySet[RowT], value: date | None) -> QuerySet[RowT]:
        """From the day's beginning in the zone of the filter set."""
        return super().filter(queryset, value and day_start(value, self.parent.zone))

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"lookup_expr": "gte"} | options)


class UntilDayFilter(DayFilter):
    """Rows whose moment is on this day or earlier."""

    def filter(self, queryset: QuerySet[RowT], value: date | None) -> QuerySet[RowT]:
        """Until the day's end in the zone of the filter set."""
        return super().filter(queryset, value and day_start(value + DAY, self.parent.zone))

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"lookup_expr": "lt"} | options)


_REPEATABLE = (filters.ChoiceFilter, filters.ModelChoiceFilter, filters.CharFilter)


class FilterSet(filters.FilterSet):
    """A list's filter. Declare its fields; `search` comes first on the page.

    A parameter that is sent several times means any of its values, unless its filter says `may_repeat = False` or
    the set names it in `single`; then it is refused. `zone` is that of days and of moments without an offset.
    `sent` are the parameters of a caller who shows no form: no other filter is made then, because forty of them cost
    as much as ten rows.
    """

    single: tuple[str, ...] = ()
    base_filters: dict[str, filters.Filter]

    class Meta:
        form = FilterForm

    def __init__(
        self, *args: object, zone: ZoneInfo | None = None, sent: Iterable[str] | None = None, **kwargs: object
    ) -> None:
        self.zone = zone or reader_zone()
        if sent is not None:
            sent = tuple(sent)
            self.base_filters = {name: row for name, row in self.base_filters.items() if _is_needed(name, row, sent)}
        super().__init__(*args, **kwargs)

    @property
    def reader(self) -> Visitor:
        """Who asks: what they may not see must not decide which rows they get."""
        return getattr(self.request, "user", None) or AnonymousUser()

    def get_form_class(self) -> type[FilterForm]:
        """The form's class, which knows what may repeat and the zone of its moments."""
        kind: type[FilterForm] = super().get_form_class()
        kind.repeatable = frozenset(
            name for name, row in self.filters.items() if name not in self.single and _may_repeat(row)
        )
        for field in kind.base_fields.values():
            if isinstance(field, MomentField):
                field.zone = self.zone
        return kind

    def filter_queryset(self, queryset: QuerySet[RowT]) -> QuerySet[RowT]:
        """The rows that every parameter lets through."""
        for name, value in self.form.cleaned_data.items():
            several = self.form.several.get(name)
            queryset = self._any_of(name, several, queryset) if several else self.filters[name].filter(queryset, value)
        return queryset

    def _any_of(self, name: str, values: Iterable[object], rows: QuerySet[RowT]) -> QuerySet[RowT]:
        matches = Q()
        for value in values:
            matches |= Q(pk__in=self.filters[name].filter(rows.order_by(), value).values("pk"))
        return rows.filter(matches)


def in_use_unless_asked(filterset: FilterSet) -> FilterSet:
    """The filter of a page: of rows in use, if it has `retired` and is not asked for it."""
    if "retired" in filterset.filters and not filterset.data.get("retired"):
        filterset.queryset = offered(filterset.queryset)
    return filterset


def _is_needed(name: str, row: filters.Filter, sent: Iterable[str]) -> bool:
    """Whether one of the sent parameters is the filter's; those of a range begin with its name."""
    return bool(row.extra.get("required")) or any(parameter.startswith(name) for parameter in sent)


def _may_repeat(row: filters.Filter) -> bool:
    return bool(getattr(row, "may_repeat", isinstance(row, _REPEATABLE)))


def query_problems(
    form: Any, query: QueryDict, *, columns: Iterable[str] | None = None, pages: Iterable[str] = ()
) -> list[str]:
    """What a page does not understand in its address, in words.

    `columns` are those a list can be sorted by; None for a page that is no list. `pages` are the parameters that
    number pages. An address may be old: saved, sent or bookmarked before a filter, a team or a service was renamed.
    """
    is_list = columns is not None
    pages = (*pages, "page") if is_list else tuple(pages)
    allowed = {*form.fields, *pages, "export", *(("sort", "per_page") if is_list else ())}
    what = "filter of this list" if is_list else "question to this page"
    unknown = [f"“{name[:40]}” is not a {what} and was ignored." for name in query if name not in allowed]
    if columns is not None:
        order = [name for name in query.getlist("sort") if name and name.removeprefix("-") not in columns]
        unknown += [f"The list cannot be sorted by “{name[:40]}” and has its usual order." for name in order]
        if (rows := query.get("per_page", "")) and not _is_count(rows):
            unknown.append(f"A page cannot have “{rows[:40]}” rows, so it has the usual number.")
    numbers = [query.get(name, "") for name in pages]
    unknown += [
        f"There is no page “{number[:40]}”, so this is the first one."
        for number in numbers
        if number and not _is_count(number)
    ]
    if (kind := query.get("export", "")) not in {"", "csv"}:
        unknown.append(f"There is no file of the kind “{kind[:40]}”; there is “csv”.")
    wrong = [f"{form[name].label}: {' '.join(errors)}" for name, errors in form.errors.items() if name in form.fields]
    return unknown[:5] + wrong + list(form.non_field_errors())


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and bool(text.strip("0"))
