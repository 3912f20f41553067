"""What every list's filter shares; a model's FilterSet serves its page, its CSV and its endpoint."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django_filters.widgets import BooleanWidget

from config.base.forms import FilterForm

MOST_WORDS = 8


class WordsFilter(filters.CharFilter):
    """Free text: every word must be found in one of `fields`."""

    def __init__(self, *, fields: Sequence[str], **options: Any) -> None:
        self.fields = fields
        super().__init__(**{"label": "Search", "max_length": 200} | options)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that hold all of the words, in any case."""
        for word in (value or "").split()[:MOST_WORDS]:
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


class FilterSet(filters.FilterSet):
    """A list's filter. Declare its fields; `search` comes first on the page."""

    class Meta:
        form = FilterForm
