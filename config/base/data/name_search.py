"""Records that are found by their name: words anywhere in it, accents ignored, or a name much like what was typed."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, Case, Count, F, Func, Model, Q, QuerySet, TextField, Value, When, Window
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThanOrEqual

from config.base.data.excerpts import plain
from config.base.data.search import Hit, Hits, Limits, Question

MIN_SIMILARITY = 0.5
"""One wrong letter in a name of six; with less, other names are found."""
_MIN_LETTERS = 4
RowT = TypeVar("RowT", bound=Model)


class HasWords(Func):
    """Whether each of the words is somewhere in one of the columns."""

    output_field = BooleanField()
    arg_joiner = " LIKE ALL("
    template = "%(expressions)s::text[])"

    def __init__(self, columns: Sequence[str], words: Sequence[str]) -> None:
        text = Func(*map(F, columns), template="unaccent(lower(%(expressions)s))", arg_joiner=" || ' ' || ")
        patterns = [f"%{plain(word)}%" for word in words]
        super().__init__(text, Value(patterns, output_field=ArrayField(TextField())))


def find_named(
    rows: QuerySet[RowT],
    question: Question,
    limits: Limits,
    *,
    columns: Sequence[str],
    is_done: Q,
    hit: Callable[[RowT], Hit],
) -> Hits:
    """The rows with all words in their columns, else those whose `name` is much alike; in use before out of use."""
    if not question.words:
        return Hits()
    text = " ".join(map(plain, question.words))
    has_words = Q(HasWords(columns, question.words))
    likeness = TrigramWordSimilarity(text, Unaccent(Lower("name")))
    is_alike = Q(GreaterThanOrEqual(likeness, MIN_SIMILARITY))
    rows = rows.filter(has_words | is_alike if len(text) >= _MIN_LETTERS else has_words)
    if limits.is_done_only:
        rows = rows.filter(is_done)
    return count_named(rows, limits, is_named=has_words, is_done=is_done, likeness=likeness, hit=hit)


def count_named(
    rows: QuerySet[RowT],
    limits: Limits,
    *,
    is_named: Q,
    is_done: Q,
    likeness: TrigramWordSimilarity,
    hit: Callable[[RowT], Hit],
) -> Hits:
    """The best of the rows, and how many there are, with one query; those with a name much alike only without others.

    `rows` have a `name`.
    """
    described = rows.annotate(
        is_named=_flag(is_named),
        is_over=_flag(is_done),
        likeness=likeness,
        total=Window(Count("pk"), partition_by=["is_named"]),
        over=Window(Count("pk", filter=is_done), partition_by=["is_named"]),
    ).order_by("-is_named", "is_over", "-likeness", "name", "pk")
    best = list(described[: limits.rows])
    if not best:
        return Hits()
    first = vars(best[0])
    same = [row for row in best if vars(row)["is_named"] == first["is_named"]]
    return Hits(
        rows=[hit(row) for row in same],
        open_count=first["total"] - first["over"],
        done_count=first["over"],
        close_words=() if first["is_named"] else tuple(dict.fromkeys(vars(row)["name"] for row in same)),
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
