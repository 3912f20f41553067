"""What uses a record: the rows of other models that point to it, and what their apps say about them.

Every foreign key and every many-to-many relation to a record is a use of it, unless its app declares it as a part,
which lives and ends with the record. An app also declares uses that no column shows, such as a name in JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.apps import apps
from django.db.models import Count, Field, ForeignKey, Model, Q, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel

from config.base.data import rights
from config.base.data.lifecycle import Refusal
from config.base.data.users import User, Visitor

Rows = QuerySet[Model]
Choice = Callable[[Rows, Model, datetime], Rows]
"""Chooses among the rows that use a record, at a moment."""
NAMED_ROWS = 10
"""How many rows of a use are named; the others are counted."""


class Mover(Protocol):
    """Makes a row use another record, with the history that its kind keeps."""

    def __call__(
        self, *, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None
    ) -> object:
        """Make `row` use `by` in the place of `record`."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """One way in which rows of a model use records of another; models are named as `oncall.Team`.

    `path` leads from the row that people know to the record, as a lookup, and `columns` names the columns on the way
    that end at the record, if that is not the path itself. `find` replaces the path where no column says it.
    """

    of: str
    by: str
    path: str = ""
    columns: tuple[str, ...] = ()
    find: Callable[[Model], Rows] | None = None
    words: tuple[str, str] = ("", "")
    """For one row and for several; empty for the model's own."""
    moving: Choice | None = None
    """Which of its rows a replacement changes: configuration and open work. The others stay as they are."""
    stopping: Choice | None = None
    """Which of its rows would stop working if the record went out of use."""
    move: Mover | None = None
    """How a row is changed; without one the path is a column, and is written."""
    is_open: bool = False
    """Whether everybody with an account may see its rows."""
    related: tuple[str, ...] = ()
    """What the name of a row reads beside its own columns."""

    @property
    def model(self) -> type[Model]:
        """The model of its rows."""
        return apps.get_model(self.by)

    @property
    def key(self) -> str:
        """Tells the uses of one model of records apart."""
        return f"{self.by}.{self.path or self.words[1]}"

    def rows(self, record: Model) -> Rows:
        """Its rows for one record."""
        if self.find is not None:
            return self.find(record)
        rows = self.model._default_manager.filter(**{self.path: record.pk})
        return rows.distinct() if "__" in self.path or self._is_to_many() else rows

    def counted(self, count: int) -> str:
        """The number with its word."""
        return f"{count:,} {self.name(count)}"

    def name(self, count: int) -> str:
        """The word for so many rows."""
        options = self.model._meta
        singular, plural = self.words if all(self.words) else (options.verbose_name, options.verbose_name_plural)
        return str(singular if count == 1 else plural)

    def _is_to_many(self) -> bool:
        return bool(self.model._meta.get_field(self.path).many_to_many)


@dataclass(frozen=True)
class Tally:
    """The rows of one use of a record: how many, the first of those that a reader may see, how many are hidden."""

    use: Use
    total: int
    rows: tuple[Model, ...] = ()
    hidden: int = 0
    moving: int = 0

    @property
    def more(self) -> int:
        """How many the reader may see beside the named ones."""
        return self.total - self.hidden - len(self.rows)

    @property
    def text(self) -> str:
        """The number with its word."""
        return self.use.counted(self.total)


class InUse(Refusal):
    """The record is in use, so it cannot be deleted or taken out of use; `tallies` say what uses it."""

    def __init__(self, message: str, tallies: Iterable[Tally] = ()) -> None:
        super().__init__(message)
        self.tallies = tuple(tallies)


_uses: list[Use] = []
_visible: dict[str, Callable[[Rows, Visitor], Rows]] = {}
_parts: set[str] = set()


def declare(declared: Iterable[Use] = (), *, parts: Iterable[str] = ()) -> None:
    """Add what an app knows about its columns; `parts` are columns as `oncall.EscalationStep.policy`."""
    _uses.extend(declared)
    _parts.update(parts)
    uses_of.cache_clear()


def declare_visibility(model: str, visible: Callable[[Rows, Visitor], Rows]) -> None:
    """Say which rows of a model a reader may see, beside the rights, where no record that they name says it."""
    _visible[model] = visible


@cache
def uses_of(model: type[Model]) -> tuple[Use, ...]:
    """All ways in which rows can use a record of this model: the declared ones, then those of the graph of models."""
    label = model._meta.label
    declared = [use for use in _uses if use.of == label]
    covered = {column for use in declared for column in use.columns or (f"{use.by}.{use.path}",)}
    others = [
        Use(of=label, by=column.model._meta.label, path=column.name)
        for column in _columns_to(model)
        if str(column) not in covered | _parts
    ]
    return (*declared, *others)


def _columns_to(model: type[Model]) -> Iterator[Field]:
    """The columns of all models that point to this one, without histories and the tables of many-to-many relations."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        by = relation.related_model
        if isinstance(by, str) or by._meta.auto_created or hasattr(by, "instance_type") or relation.parent_link:
            continue
        yield relation.field


def count_uses(record: Model) -> list[Tally]:
    """How many rows use a record, by use; those without rows are left out."""
    counted = ((use, use.rows(record).count()) for use in uses_of(type(record)))
    return [Tally(use, total) for use, total in counted if total]


def list_uses(record: Model, *, reader: Visitor, at: datetime) -> list[Tally]:
    """What uses a record, with the first rows of each use that the reader may see; the others are only counted."""
    tallies = (_read(use, use.rows(record), record, reader, at) for use in uses_of(type(record)))
    return [tally for tally in tallies if tally.total]


def list_stopping(record: Model, *, reader: Visitor, at: datetime) -> list[Tally]:
    """As `list_uses`, with only the rows that would stop working if the record went out of use."""
    stopping = [use for use in uses_of(type(record)) if use.stopping]
    tallies = (_read(use, _stopping(use, record, at), record, reader, at) for use in stopping)
    return [tally for tally in tallies if tally.total]


def list_moving(record: Model, *, reader: Visitor, at: datetime) -> list[Tally]:
    """As `list_uses`, with only the rows that a replacement changes."""
    tallies = (
        _read(use, use.moving(use.rows(record), record, at), record, reader, at)
        for use in uses_of(type(record))
        if use.moving
    )
    return [tally for tally in tallies if tally.total]


def count_stopping(record: Model, *, at: datetime) -> list[Tally]:
    """How many rows of each use would stop working if the record went out of use."""
    counted = ((use, _stopping(use, record, at).count()) for use in uses_of(type(record)) if use.stopping)
    return [Tally(use, total) for use, total in counted if total]


def _stopping(use: Use, record: Model, at: datetime) -> Rows:
    rows = use.rows(record)
    return use.stopping(rows, record, at) if use.stopping else rows.none()


def all_rows(rows: Rows, record: Model, at: datetime) -> Rows:
    """All rows: for configuration, which a replacement changes, and which stops working without the record."""
    return rows


def count_uses_of(records: Sequence[Model]) -> list[tuple[Model, list[Tally]]]:
    """Those of several records of one model that are in use, each with its uses; one query a use."""
    counts: dict[object, list[Tally]] = {record.pk: [] for record in records}
    for use in uses_of(type(records[0])) if records else ():
        for key, total in _totals(use, records):
            if total:
                counts[key].append(Tally(use, total))
    return [(record, counts[record.pk]) for record in records if counts[record.pk]]


def _totals(use: Use, records: Sequence[Model]) -> Iterable[tuple[object, int]]:
    if use.find is not None:
        return [(record.pk, use.find(record).count()) for record in records]
    rows = use.model._default_manager.order_by().filter(**{f"{use.path}__in": [record.pk for record in records]})
    return rows.values_list(use.path).annotate(total=Count("pk", distinct=True))


def refuse_if_used(record: Model) -> None:
    """Raise InUse if anything uses the record."""
    if tallies := count_uses(record):
        raise InUse(sentence(record, tallies), tallies)


def lock(records: Sequence[Model]) -> None:
    """Lock records of one model before they are deleted, so that nothing begins to use them."""
    for model in {type(record) for record in records}:
        keys = [record.pk for record in records if type(record) is model]
        list(model._base_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def sentence(record: Model, tallies: Iterable[Tally]) -> str:
    """What uses a record, as "SEV2 is used by 41 tickets and 3 SLA targets."."""
    return f"{record} is used by {listed(tally.text for tally in tallies)}."


def listed(texts: Iterable[str]) -> str:
    """Texts as "a, b and c"."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def _read(use: Use, rows: Rows, record: Model, reader: Visitor, at: datetime) -> Tally:
    total = rows.count()
    if not total:
        return Tally(use, 0)
    visible = visible_rows(use, rows, reader)
    named = visible.select_related(*use.related) if use.related else visible
    return Tally(
        use,
        total,
        tuple(named.order_by("-pk")[:NAMED_ROWS]),
        total - visible.count(),
        use.moving(rows, record, at).count() if use.moving else 0,
    )


def visible_rows(use: Use, rows: Rows, reader: Visitor) -> Rows:
    """Those of the rows that the reader may see: by their own rule, else by the table of rights and their records."""
    if use.is_open and reader.is_authenticated:
        return rows
    if hasattr(rows, "visible_to"):
        own: Rows = rows.visible_to(reader)
        return own
    options = use.model._meta
    codes = (f"{options.app_label}.{action}_{options.model_name}" for action in ("view", "change"))
    seen = rights.held_rows(rows, reader, *codes)  # type: ignore[arg-type]  # a page of the administration has a person
    if options.label in _visible:
        seen = _visible[options.label](seen, reader)
    for column in options.concrete_fields:
        if isinstance(column, ForeignKey) and not isinstance(column.related_model, str):
            others = column.related_model._default_manager.all()
            if hasattr(others, "visible_to"):
                hidden_by = Q(**{f"{column.name}__in": others.visible_to(reader)})
                seen = seen.filter(Q(**{f"{column.name}__isnull": True}) | hidden_by)
    return seen
