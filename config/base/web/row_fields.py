"""A form field whose value is edited as rows of a table, in place of JSON that people would have to write.

It works without scripts: a few empty rows stand at the end, an empty row is left out, and clearing a row removes it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django import forms
from django.core.exceptions import ValidationError

Cell = str | bool
Row = Mapping[str, Cell]
Choices = Sequence[tuple[str, str]]
_EMPTY_ROWS = 3
_MOST_ROWS_READ = 1000
_STATE_LENGTH = 16


class CellKind(StrEnum):
    """How a cell is edited."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    CHECK = "check"
    NUMBER = "number"
    HIDDEN = "hidden"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: `counts` says whether a row is empty when its other cells are; `choices` are asked once a page."""

    name: str
    label: str = ""
    kind: CellKind = CellKind.TEXT
    max_length: int | None = None
    counts: bool = True
    choices: Callable[[], Choices] | None = None


class TypedRows(list[Row]):
    """Rows as somebody typed them, which may be wrong; `state` names the stored rows that they began with."""

    state = ""


@dataclass(frozen=True)
class NumberedRow:
    """A row that is not empty, with its number on the page, from 1."""

    number: int
    cells: Row

    def text(self, name: str) -> str:
        """The text of a cell, without blanks around it."""
        return str(self.cells.get(name, "")).strip()

    def is_checked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.cells.get(name))

    def fault(self, sentence: str) -> ValidationError:
        """What is wrong in this row."""
        return ValidationError(f"Row {self.number}: {sentence}")


class RowsWidget(forms.Widget):
    """Rows of inputs; each cell is named after the field, the row's number and the column."""

    template_name = "components/rows.html"
    use_fieldset = True

    def __init__(self, columns: Sequence[Column] = (), attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs)
        self.columns = tuple(columns)

    def value_from_datadict(self, data: Mapping[str, object], files: object, name: str) -> TypedRows:
        """The rows in the order of the page; only names of this field are read."""
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(?:{'|'.join(column.name for column in self.columns)})")
        numbers = sorted({int(match[1]) for key in data if (match := pattern.fullmatch(key))})[:_MOST_ROWS_READ]
        rows = TypedRows({column.name: _read(data, name, number, column) for column in self.columns}
                         for number in numbers)  # fmt: skip
        rows.state = str(data.get(f"{name}-state", ""))[:_STATE_LENGTH]
        return rows

    def value_omitted_from_data(self, data: Mapping[str, object], files: object, name: str) -> bool:
        """Whether no row was sent at all."""
        return not any(key.startswith(f"{name}-") for key in data)

    def id_for_label(self, id_: str) -> str:
        """No single input carries the label."""
        return ""

    def put_rows(self, data: MutableMapping[str, object], name: str, rows: Iterable[Row]) -> None:
        """Write rows into sent data, in place of those of this field."""
        for key in [key for key in data if key.startswith(f"{name}-")]:
            del data[key]
        for number, row in enumerate(rows):
            for column in self.columns:
                value = row.get(column.name, "")
                if value is not False:
                    data[f"{name}-{number}-{column.name}"] = "on" if value is True else str(value)

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        """The widget's cells, row by row, with empty rows at the end."""
        context: dict[str, object] = super().get_context(name, None, attrs)
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        choices = {column.name: column.choices() for column in self.columns if column.choices}
        filled = [*rows, *({} for _ in range(_EMPTY_ROWS))]
        return context | {
            "name": name,
            "state": getattr(value, "state", "") or _state(rows),
            "columns": [column for column in self.columns if column.kind != CellKind.HIDDEN],
            "rows": [
                self._draw_row(f"{name}-{number}", row, choices, number + 1) for number, row in enumerate(filled)
            ],
        }

    def _draw_row(self, prefix: str, row: Row, choices: Mapping[str, Choices], number: int) -> "DrawnRow":
        return DrawnRow([_draw(column, row, f"{prefix}-{column.name}", choices, number) for column in self.columns])


@dataclass(frozen=True)
class DrawnCell:
    """A cell on the page."""

    column: Column
    name: str
    value: Cell
    label: str
    choices: Choices = ()


@dataclass(frozen=True)
class DrawnRow:
    """A row on the page."""

    all_cells: Sequence[DrawnCell]

    @property
    def cells(self) -> list[DrawnCell]:
        """Those that people see."""
        return [cell for cell in self.all_cells if cell.column.kind != CellKind.HIDDEN]

    @property
    def hidden(self) -> list[DrawnCell]:
        """Those that the form only carries."""
        return [cell for cell in self.all_cells if cell.column.kind == CellKind.HIDDEN]


def _state(rows: Sequence[Row]) -> str:
    """A mark of the stored rows: a draft is put back only into the rows that its author saw."""
    return hashlib.sha256(repr([sorted(row.items()) for row in rows]).encode()).hexdigest()[:_STATE_LENGTH]


def _read(data: Mapping[str, object], name: str, number: int, column: Column) -> Cell:
    value = data.get(f"{name}-{number}-{column.name}", "")
    return bool(value) if column.kind == CellKind.CHECK else str(value)


def _draw(column: Column, row: Row, name: str, choices: Mapping[str, Choices], number: int) -> DrawnCell:
    value = row.get(column.name, "")
    cell = DrawnCell(column, name, value, f"{column.label}, row {number}")
    if column.name not in choices:
        return cell
    fitting = next((key for key, _ in choices[column.name] if key.casefold() == str(value).casefold()), None)
    if value == "" or fitting is not None:
        return replace(cell, value=fitting or "", choices=choices[column.name])
    return replace(cell, choices=[*choices[column.name], (str(value), f"{value} (not in use)")])


class RowsField(forms.Field):
    """A field edited as rows; a subclass declares `columns` and turns rows into the stored value and back."""

    columns: tuple[Column, ...] = ()
    max_rows = 200

    def __init__(
        self,
        *,
        label: str = "",
        help_text: str = "",
        required: bool = True,
        error_messages: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            widget=RowsWidget(self.columns),
            label=label,
            help_text=help_text,
            required=required,
            error_messages=error_messages,
        )

    def rows_of(self, value: object) -> list[Row]:
        """The stored value as rows. A value of another shape, which people cannot store here, has none."""
        raise NotImplementedError

    def value_of(self, rows: Sequence[NumberedRow]) -> object:
        """The value to store. Raises ValidationError that names the rows."""
        raise NotImplementedError

    def prepare_value(self, value: object) -> object:
        """Rows for the page: what was typed, as it was typed, or the stored value."""
        return value if isinstance(value, TypedRows) else self.rows_of(value)

    def clean(self, value: object) -> object:
        """The value to store, of the rows that are not empty."""
        typed = value if isinstance(value, list) else []
        rows = [NumberedRow(number, cells) for number, cells in enumerate(typed, start=1) if not self._is_empty(cells)]
        if self.required and not rows:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(rows) > self.max_rows:
            raise ValidationError(f"At most {self.max_rows} rows fit, and there are {len(rows)}. Clear some of them.")
        return self.value_of(rows)

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether the rows say something else than the stored value."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True

    def _is_empty(self, cells: Row) -> bool:
        counted = (cells.get(column.name, "") for column in self.columns if column.counts)
        return not any(str(cell).strip() if isinstance(cell, str) else cell for cell in counted)


def collect_faults(checks: Iterable[ValidationError]) -> None:
    """Raise one ValidationError with all of these, if there is any."""
    faults = list(checks)
    if faults:
        raise ValidationError(faults)
