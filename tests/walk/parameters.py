"""Lists asked about a private record: by every declared filter, by words of its texts, and by its key or number.

What is asked for comes from the filter sets, the tables and the administration themselves, so a new one is in.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib import admin

from config.api import router
from config.base.rest.viewsets import AnswerViewSet
from config.base.web.filters import DayFilter, MomentFilter, WholeNumberFilter, YesNoFilter
from incidents.filters.tickets import ReferenceFilter
from problems.filters import ResemblesFilter
from tests.portal import pages
from tests.walk.columns import models_behind_a_ticket
from tests.walk.company import PRIVATE, WORDS

WORD = "zqmark"
"""All markers begin with it, and it is no marker."""
REFERENCES = (f"INC-{PRIVATE}", f"PRB-{PRIVATE + 1}")
DAY = "2026-05-01"
"""Before everything that the factories make."""

_BY_KIND: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (ReferenceFilter, REFERENCES),
    (ResemblesFilter, (WORDS,)),
    (django_filters.CharFilter, (WORD, str(PRIVATE))),
    (YesNoFilter, ("true", "false")),
    ((DayFilter, MomentFilter), (DAY,)),
)


def paths(*, is_staff: bool) -> Iterator[str]:
    """Every list with every question; those of the administration for its staff."""
    for _, url, view in pages.lists():
        columns = [("sort", name) for name in view.table_class.base_columns]
        for query in [*_queries(view.filterset_class), columns]:
            yield f"{url}?{urlencode([('export', 'csv'), *query])}"
    for prefix, viewset, _ in router.registry:
        filterset = getattr(viewset, "filterset_class", None)
        if filterset is not None and not issubclass(viewset, AnswerViewSet):
            yield from (f"/api/v1/{prefix}/?{urlencode(query)}" for query in _queries(filterset))
    if is_staff:
        yield from _of_the_administration()


def _queries(filterset: Any) -> Iterator[list[tuple[str, str]]]:
    for name, row in filterset.base_filters.items():
        yield from ([(name, value)] for value in _values(row))


def _values(row: Any) -> tuple[str, ...]:
    """What to ask this filter: names of private records, and all words where it looks at more than a column."""
    is_behind = (
        isinstance(row, django_filters.ModelChoiceFilter) and row.extra["queryset"].model in models_behind_a_ticket()
    )
    if is_behind or isinstance(row, WholeNumberFilter):
        return (str(PRIVATE),)
    if isinstance(row, django_filters.ChoiceFilter):  # those of records and of words
        return tuple(str(value) for value, _ in row.extra.get("choices", ())) if row.method else ()
    return next((values for kind, values in _BY_KIND if isinstance(row, kind)), ())


def _of_the_administration() -> Iterator[str]:
    """Searches, columns of other records that no filter names, and choices of fields that are looked up."""
    behind = models_behind_a_ticket()
    yield f"/admin/search/?s={WORD}"
    for model, page in admin.site._registry.items():
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if model in behind:
            yield f"{url}?q={WORD}"
            yield f"{url}?q={PRIVATE}"
            others = [column.name for column in model._meta.fields if column.related_model in behind]
            yield from (f"{url}?{name}__pk={PRIVATE}" for name in others[:1])
        for name in page.autocomplete_fields:
            if model._meta.get_field(name).related_model in behind:
                place = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
                yield f"/admin/autocomplete/?{urlencode({**place, 'term': WORD})}"
