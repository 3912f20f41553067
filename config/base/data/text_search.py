"""Records that are found by the words of their texts: open before done, title before text, the newest first."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import BooleanField, Case, Count, Model, Q, QuerySet, Value, When, Window

from config.base.data.search import Hit, Hits, Limits, Question
from config.base.data.search_vectors import CloseWords

RowT = TypeVar("RowT", bound=Model)


def find_texts(
    rows: QuerySet[RowT], question: Question, limits: Limits, *, title: str, is_done: Q, hit: Callable[[RowT], Hit]
) -> Hits:
    """The best of the rows that match, and how many there are, with one query."""
    if limits.is_done_only:
        rows = rows.filter(is_done)
    in_title = Q()
    for stem in question.stems:
        in_title &= Q(**{f"{title}__icontains": stem})
    described = rows.annotate(
        is_over=_flag(is_done),
        is_in_title=_flag(in_title),
        open_total=Window(Count("pk", filter=~is_done)),
        total=Window(Count("pk")),
        close_words=CloseWords(question.words),
    ).order_by("is_over", "-is_in_title", "-pk")[: limits.rows]
    best = list(described)
    if not best:
        return Hits()
    first = vars(best[0])
    return Hits(
        rows=[hit(row) for row in best],
        open_count=first["open_total"],
        done_count=first["total"] - first["open_total"],
        close_words=first["close_words"],
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
