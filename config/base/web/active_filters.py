"""What a list is narrowed by, in words, each with the address without it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from config.base.web.filters import query_problems
from config.base.web.forms import FilterForm


@dataclass(frozen=True)
class ActiveFilter:
    """One filter in use: its label, the chosen values in words, and the query string without it."""

    label: str
    text: str
    without: str


def active_filters(form: FilterForm, query: QueryDict, *, apart_from: str = "search") -> list[ActiveFilter]:
    """The filters in the address, in the order of the form, without the free text, which stands in its own field."""
    chips = []
    for name, field in form.fields.items():
        values = [value for value in query.getlist(name) if value]
        if name == apart_from or not values:
            continue
        labels = {str(key): str(label) for key, label in getattr(field.widget, "choices", ())}
        words = [labels.get(value, value)[:60] for value in values]
        chips.append(ActiveFilter(str(form[name].label), " or ".join(words), _without(query, name)))
    return chips


def filter_context(
    form: FilterForm, query: QueryDict, *, names: Iterable[str], columns: Iterable[str]
) -> dict[str, object]:
    """What a list's template shows of its filter: its fields, what narrows it, and what is not understood."""
    return {
        "filter_fields": [form[name] for name in names],
        "active_filters": active_filters(form, query),
        "is_filtered": any(value for name, value in query.items() if name not in {"page", "sort", "per_page"}),
        "query_problems": query_problems(form, query, columns=columns),
    }


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    for gone in (name, "page"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"
