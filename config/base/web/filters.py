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
        """What one word asks for."""
        found = Q()
        for field in self.fields:
            found |= Q(**{f"{field}__icontains": word})
        return found


class AnyYesNo(BooleanWidget):
    """A choice that nobody has made reads "Any", as in every other filter."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("", "Any"), ("true", "Yes"), ("false", "No")]


class YesNoFilter(filters.BooleanFilter):
    """Yes, no, or any."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"widget": AnyYesNo} | options)


class MomentField(IsoDateTimeField):
    """An instant of the years that a calendar of ours knows; the database has an end on both sides of them."""

    def clean(self, value: Any) -> Any:
        """The instant, or a sentence."""
        found = super().clean(value)
        if found is not None and not FIRST_YEAR <= found.year < LAST_YEAR:
            raise ValidationError("Ask for a moment between the years 2000 and 2100.")
        return found


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


def query_problems(form: Any, asked: Sequence[str]) -> list[str]:
    """What of an address a list does not understand, in words; `asked` are the names in its query string.

    An address may be old: saved, sent or bookmarked before a filter, a team or a service was renamed.
    """
    known = {*parameters(form), "page", "sort", "per_page", "export"}
    unknown = [f"“{name[:40]}” is no filter of this list and was left out." for name in asked if name not in known]
    wrong = [f"{form[name].label}: {' '.join(errors)}" for name, errors in form.errors.items() if name in form.fields]
    return unknown[:5] + wrong
