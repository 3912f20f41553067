"""What every list's filter shares; a model's FilterSet serves its page, its CSV and its endpoint."""

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters.fields import IsoDateTimeField
from django_filters.widgets import BooleanWidget, SuffixedMultiWidget

from config.base.web.forms import FilterForm

MAX_WORDS = 8
FIRST_YEAR, LAST_YEAR = 2000, 2100


class WordsFilter(filters.CharFilter):
    """Free text: every word must be found in one of `fields`."""

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


class AnyYesNo(BooleanWidget):
    """No choice reads "Any", as in every other filter."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("", "Any"), ("true", "Yes"), ("false", "No")]


class YesNoFilter(filters.BooleanFilter):
    """Yes, no, or any."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"widget": AnyYesNo} | options)


class MomentField(IsoDateTimeField):
    """An instant between the years 2000 and 2100; the database cannot hold every year."""

    def clean(self, value: Any) -> Any:
        """The instant, or an error message."""
        instant = super().clean(value)
        if instant is not None and not FIRST_YEAR <= instant.year < LAST_YEAR:
            raise ValidationError("Choose a date between the years 2000 and 2100.")
        return instant


class MomentFilter(filters.IsoDateTimeFilter):
    """Narrows by an instant, with its offset."""

    field_class = MomentField


class FilterSet(filters.FilterSet):
    """A list's filter. Declare its fields; `search` comes first on the page."""

    class Meta:
        form = FilterForm


def parameters(form: Any) -> Iterator[str]:
    """Every query parameter of a filter's form, those of ranges by their suffixed names."""
    for name, field in form.fields.items():
        if isinstance(field.widget, SuffixedMultiWidget):
            yield from (field.widget.suffixed(name, suffix) for suffix in field.widget.suffixes)
        else:
            yield name


def query_problems(form: Any, names: Sequence[str]) -> list[str]:
    """What a list does not understand in its address, in words; `names` are those of its query string.

    An address may be old: saved, sent or bookmarked before a filter, a team or a service was renamed.
    """
    allowed = {*parameters(form), "page", "sort", "per_page", "export"}
    unknown = [f"“{name[:40]}” is not a filter of this list and was ignored." for name in names if name not in allowed]
    wrong = [f"{form[name].label}: {' '.join(errors)}" for name, errors in form.errors.items() if name in form.fields]
    return unknown[:5] + wrong
