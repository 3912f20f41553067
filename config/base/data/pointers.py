"""What names a record: the rows of every model that points to it."""

from collections.abc import Iterable, Iterator

from django.db import models
from simple_history.models import HistoricalChanges


def name_uses(record: models.Model, *, parts: Iterable[type[models.Model]] = ()) -> list[str]:
    """The kinds of records that name this one, each with its number, as `3 services`; one query a kind.

    `parts` are models whose rows belong to the record; histories never count.
    """
    counted = [
        (count, relation)
        for relation in _relations(type(record), frozenset(parts))
        if (count := relation.related_model._base_manager.filter(**{relation.field.name: record}).count())
    ]
    return [_words(count, relation.related_model) for count, relation in counted]


def _relations(
    model: type[models.Model], parts: frozenset[type[models.Model]]
) -> Iterator[models.ManyToOneRel | models.ManyToManyRel]:
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel | models.ManyToManyRel):
            continue
        other = relation.related_model
        is_part = other in parts or issubclass(other, HistoricalChanges) or bool(other._meta.auto_created)
        through = getattr(relation, "through", None)
        is_listed_by_rows = through is not None and not through._meta.auto_created
        if not is_part and not is_listed_by_rows:
            yield relation


def _words(count: int, model: type[models.Model]) -> str:
    options = model._meta
    return f"{count} {options.verbose_name if count == 1 else options.verbose_name_plural}"
