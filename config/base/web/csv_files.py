"""The one writer of CSV files: every spreadsheet opens them with accents intact and runs nothing in them."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from django.http import HttpResponse

from config.base.data.cpu_budget import CpuBudget
from config.base.web.tables import Table

MAX_ROWS = 20_000
BUDGET_SECONDS = 8.0
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the code page of the computer."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def without_formula(value: object) -> object:
    """A cell that no spreadsheet reads as a formula (bad input 31): a leading apostrophe prevents it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_response(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, name: str, is_complete: bool = True
) -> HttpResponse:
    """The file as a download; `is_complete` is False if the caller knows of more rows.

    After 8 seconds of processor time it ends. A file that is not complete says so in its last row.
    """
    text = StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow([without_formula(label) for label in head])
    budget, count = CpuBudget(BUDGET_SECONDS), 0
    for row in rows:
        if budget.is_spent:
            is_complete = False
            break
        writer.writerow([without_formula(value) for value in row])
        count += 1
    if not is_complete:
        writer.writerow([f"Only the first {count} rows are in this file. Narrow the filter to get the others."])
    file = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    file["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return file


def table_response(table: Table, *, title: str, at: datetime) -> HttpResponse:
    """A list's rows as a download, named for the list and the day."""
    is_complete = not table.data.data[MAX_ROWS : MAX_ROWS + 1]
    name = f"{title.lower().replace(' ', '-')}-{at:%Y-%m-%d}"
    return csv_response(table.export_head(), table.export_rows(limit=MAX_ROWS), name=name, is_complete=is_complete)
