"""Full text in PostgreSQL with our own configuration: English endings, accents ignored, signs part words.

Words of other languages, names and codes match as they are written: their ends are cut alike on both sides.
"""

from collections.abc import Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, TextField, Value


class TextVector(Func):
    """The words of some columns; an index and the search must use the same columns in the same order."""

    function = "holdfast_vector"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()

    def __init__(self, *columns: str) -> None:
        super().__init__(*map(F, columns))


class WordsQuery(SearchQuery):
    """All of the words, the last as the beginning of one; a word that is in no ticket also with those close to it."""

    def __init__(self, words: Sequence[str]) -> None:
        value = Value(list(words), output_field=ArrayField(TextField()))
        # As a subquery it is worked out once, not for each row, and the index is taken whatever the words are.
        template = "(SELECT holdfast_query(%(expressions)s::text[]))"
        Func.__init__(self, value, output_field=SearchQueryField(), template=template)
        self.invert = False


class CloseWords(Func):
    """The words of tickets that are one typing error away from one of these, which no ticket has."""

    output_field = ArrayField(TextField())
    template = "(SELECT holdfast_close_words(%(expressions)s::text[]))"

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(Value(list(words), output_field=ArrayField(TextField())))


class IsAnyOf(Func):
    """Whether a column is in a short list that is read first, so that its own index finds the rows."""

    output_field = BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " = ANY("

    def __init__(self, column: str, values: ArraySubquery) -> None:
        super().__init__(F(column), values)


class SharesAny(Func):
    """Whether a list of texts has one of these."""

    output_field = BooleanField()
    arg_joiner = " && "
    template = "%(expressions)s::text[]"

    def __init__(self, column: Func, values: Sequence[str]) -> None:
        super().__init__(column, Value(list(values), output_field=ArrayField(TextField())))
