"""Configuration out of use: not offered any more, visible where it is used, and replaced by another where one likes.

A record is taken out of use, brought back, or replaced in one transaction; its history says who did it and why.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.dispatch import Signal

from config.base.data.clock import ceil_minute
from config.base.data.history import sign_history
from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line
from config.base.data.users import User
from config.base.data.uses import InUse, Use, count_stopping, listed, sentence, uses_of

RowT = TypeVar("RowT", bound=Model)
COLUMN = "retired_at"

retirement_changed = Signal()
"""record, at; inside the transaction, after a record went out of use or came back"""


class NothingToReplace(Refusal):
    """No row that uses the record may be changed, or the other record cannot take its place."""


class UsesChanged(Refusal):
    """What uses the record is not what the reader was told."""


def can_retire(model: type[Model]) -> bool:
    """Whether records of this model can be taken out of use."""
    try:
        model._meta.get_field(COLUMN)
    except FieldDoesNotExist:
        return False
    return True


def is_retired(record: object) -> bool:
    """Whether the record was taken out of use."""
    return getattr(record, COLUMN, None) is not None


def marked(record: object, text: object = "") -> str:
    """The record's name, with the word retired if it is out of use; a column that was not read costs no query."""
    name = str(text or record)
    return f"{name} (retired)" if vars(record).get(COLUMN) is not None else name


def offered(rows: QuerySet[RowT], *, also: Iterable[object] = ()) -> QuerySet[RowT]:
    """The rows that people may choose: those in use, and those with the keys in `also`, which are chosen already."""
    if not can_retire(rows.model):
        return rows
    keys = [getattr(key, "pk", key) for key in also]
    return rows.filter(Q(**{f"{COLUMN}__isnull": True}) | Q(pk__in=keys) if keys else Q(**{f"{COLUMN}__isnull": True}))


_bars: dict[str, Callable[[Model], str]] = {}
_ways_out: dict[str, str] = {}


def declare_bar(model: str, sentence_of: Callable[[Model], str]) -> None:
    """Say what else keeps a record of a model in use, such as being the default: a sentence, or an empty text."""
    _bars[model] = sentence_of


def declare_way_out(model: str, advice: str) -> None:
    """Say what people do with a record of a model that is deleted by nobody and has no retirement of its own."""
    _ways_out[model] = advice


def way_out(model: type[Model]) -> str:
    """What people do with such a record in use instead of deleting it; may be empty."""
    return _ways_out.get(model._meta.label, "")


@transaction.atomic
def retire(*, record: Model, reason: str, at: datetime, actor: User | None) -> Model:
    """Take a record out of use. Raises InUse with what would stop working, and Refusal without a reason.

    A record that is out of use stays as it is.
    """
    record = _locked(record)
    reason = _checked(reason)
    if is_retired(record):
        return record
    refuse_if_needed(record, at=at)
    return _set(record, at, reason=reason, at=at, actor=actor)


@transaction.atomic
def return_to_use(*, record: Model, reason: str, at: datetime, actor: User | None) -> Model:
    """Bring a record back that was taken out of use; people can choose it again. Raises Refusal without a reason."""
    record = _locked(record)
    reason = _checked(reason)
    return _set(record, None, reason=reason, at=at, actor=actor) if is_retired(record) else record


def refuse_if_needed(record: Model, *, at: datetime) -> None:
    """Raise InUse if something would stop working without the record."""
    if tallies := count_stopping(record, at=at):
        others = f"{sentence(record, tallies)} Replace it there first, or change these."
        raise InUse(others, tallies)
    bar = _bars.get(record._meta.label)
    if bar is not None and (text := bar(record)):
        raise InUse(text)


@dataclass(frozen=True)
class Change:
    """What a replacement does to the rows of one use: how many it changes, and how many stay."""

    use: Use
    moving: int
    staying: int

    @property
    def words(self) -> str:
        """What its rows are, for several."""
        return self.use.name(2)

    @property
    def text(self) -> str:
        """The number of rows that change, with their word."""
        return self.use.counted(self.moving)


def plan(record: Model, *, at: datetime) -> list[Change]:
    """What a replacement would do to each use of the record, without doing it."""
    changes = []
    for use in uses_of(type(record)):
        rows = use.rows(record)
        total = rows.count()
        moving = use.moving(rows, record, at).count() if total and use.moving else 0
        if total:
            changes.append(Change(use, moving, total - moving))
    return changes


@transaction.atomic
def replace(
    *,
    record: Model,
    by: Model,
    reason: str,
    announced: Mapping[str, int] | None,
    then_retire: bool,
    at: datetime,
    actor: User | None,
) -> list[Change]:
    """Make configuration and open work that use a record use another; what has happened stays as it was.

    `announced` is how many rows of each use were announced, by the use's key; UsesChanged is raised if it is not so
    any more. `then_retire` takes the record out of use afterwards. Raises NothingToReplace for a record that cannot
    take its place, and the refusal of each kind of row that cannot be changed; nothing is changed then.
    """
    reason = _checked(reason)
    record, by = _locked_pair(record, by)
    changes = plan(record, at=at)
    moving = {change.use.key: change.moving for change in changes if change.moving}
    if announced is not None and moving != dict(announced):
        raise UsesChanged("What uses it has changed since you opened the page, so nothing was replaced. Look again.")
    for change in changes:
        move_rows(change.use, record=record, by=by, reason=reason, at=at, actor=actor)
    if then_retire and can_retire(type(record)):
        refuse_if_needed(record, at=ceil_minute(at))  # new versions take effect with the next minute
        _set(record, at, reason=reason, at=at, actor=actor)
    return changes


def _locked_pair(record: Model, by: Model) -> tuple[Model, Model]:
    if type(by) is not type(record) or by.pk == record.pk:
        raise NothingToReplace("Choose another record of the same kind.", field="by")
    rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
    rows_by_key = {row.pk: row for row in rows.filter(pk__in=[record.pk, by.pk]).order_by("pk")}
    if len(rows_by_key) < 2:
        raise NothingToReplace("One of the two was deleted meanwhile. Look again.")
    if is_retired(rows_by_key[by.pk]):
        raise NothingToReplace(f"{by} is out of use itself. Choose one that is in use.", field="by")
    return rows_by_key[record.pk], rows_by_key[by.pk]


def move_rows(use: Use, *, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> int:
    """Make the rows of a use that a replacement changes name the other record; returns how many.

    Raises NothingToReplace for a row that cannot name it, and the refusal of its kind.
    """
    rows = list(use.moving(use.rows(record), record, at).order_by("pk")) if use.moving else []
    for row in rows:
        _move(use, row=row, record=record, by=by, reason=reason, at=at, actor=actor)
    return len(rows)


def _move(use: Use, *, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    try:
        with transaction.atomic():
            if use.move is not None:
                use.move(row=row, record=record, by=by, reason=reason, at=at, actor=actor)
            else:
                write_column(row=row, column=use.path, record=record, by=by, reason=reason, actor=actor)
    except IntegrityError:
        raise NothingToReplace(
            f"{row} names {by} already, or cannot name it. Change {use.counted(1)} by hand, and try again."
        ) from None
    except ValidationError as refusal:
        raise NothingToReplace(f"{row}: {' '.join(refusal.messages)}") from None


def write_column(*, row: Model, column: str, record: Model, by: Model, reason: str, actor: User | None) -> None:
    """Make a column of a row name another record, with a line in the row's history, if it keeps one."""
    sign_history(row, reason=reason, actor=actor)
    if row._meta.get_field(column).many_to_many:
        others = getattr(row, column)
        others.remove(record)
        others.add(by)
        return
    setattr(row, column, by)
    row.save(update_fields=[column])


def _locked(record: Model) -> Model:
    rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
    return rows.get(pk=record.pk)


def _checked(reason: str) -> str:
    reason = clean_line(reason)
    if not reason:
        raise Refusal("Write why. The reason stays in the history of the record.", field="reason")
    return reason


def _set(record: Model, retired_at: datetime | None, *, reason: str, at: datetime, actor: User | None) -> Model:
    setattr(record, COLUMN, retired_at)
    sign_history(record, reason=reason, actor=actor)
    record.save(update_fields=[COLUMN])
    retirement_changed.send(sender=type(record), record=record, at=at)
    return record


def change_text(changes: Iterable[Change]) -> str:
    """What a replacement changes, as "3 services and 1 SLA target"; empty for nothing."""
    texts = [change.text for change in changes if change.moving]
    return listed(texts) if texts else ""
