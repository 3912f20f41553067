"""The figures: counts, means and exact percentiles by month and by team, service or severity."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import fsum
from operator import add
from sys import byteorder
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncMonth

from incidents.models import Ticket, Visibility
from incidents.reports import percentiles, summary
from incidents.reports.metrics import (
    DEFAULT_MEASURES,
    DIMENSIONS,
    LEFT_OUT,
    MEASURES,
    Measure,
    aggregates_of,
    measure_columns,
)
from incidents.reports.summary import Scope


@dataclass(frozen=True)
class Figures:
    """One measure of one group of records; lengths in seconds, None where nothing was counted."""

    n: int
    median: float | None
    mean: float | None
    p90: float | None
    changed: int
    left_out_total: int
    left_out: Mapping[str, int]
    """Counts by reason."""


@dataclass(frozen=True)
class Cell:
    """The figures of one group: a month or all months (None), by a team, service or severity or all of them."""

    month: date | None
    key: int | None
    is_of_all: bool
    figures: Mapping[str, Figures]


@dataclass
class _Group:
    """The runs of one measure in one group."""

    runs: list[Sequence[float]] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)
    changed: int = 0
    left_out: list[int] = field(default_factory=lambda: [0] * len(LEFT_OUT))

    def add(self, values: Sequence[float], total: float, left_out: Sequence[int], *, is_changed: bool) -> None:
        """Add a row of the summary or of the live count."""
        if values:
            self.runs.append(values)
            self.totals.append(total)
        self.changed += len(values) if is_changed else 0
        self._add_left_out(left_out)

    def join(self, group: "_Group") -> None:
        """Add the rows of another group."""
        self.runs += group.runs
        self.totals += group.totals
        self.changed += group.changed
        self._add_left_out(group.left_out)

    def _add_left_out(self, counts: Sequence[int]) -> None:
        self.left_out = list(map(add, self.left_out, counts))

    def figures(self) -> Figures:
        """Count, mean and percentiles of the group."""
        n = sum(map(len, self.runs))
        return Figures(
            n=n,
            median=percentiles.percentile(self.runs, 0.5),
            mean=fsum(self.totals) / n if n else None,
            p90=percentiles.percentile(self.runs, 0.9),
            changed=self.changed,
            left_out_total=sum(self.left_out),
            left_out={reason.value: n for reason, n in zip(LEFT_OUT, self.left_out, strict=True) if n},
        )


_Key = tuple[date, int | None]


class MeasuredGroups:
    """Measured lengths by measure, month and key; `cells` computes the figures."""

    def __init__(self, measures: Sequence[str]) -> None:
        self._groups: dict[str, dict[_Key, _Group]] = {name: {} for name in measures}

    def add(self, measure: str, key: _Key, values: Sequence[float], total: float, left_out: Sequence[int], *,
            is_changed: bool) -> None:  # fmt: skip
        """Add one row of the summary or of the live count."""
        self._groups[measure].setdefault(key, _Group()).add(values, total, left_out, is_changed=is_changed)

    def merge(self) -> None:
        """Merge the runs of each month and key into one, so that later steps read fewer."""
        for groups in self._groups.values():
            for group in groups.values():
                if len(group.runs) > 1:
                    group.runs = [percentiles.merge_runs(group.runs)]

    def cells(self, measures: Sequence[str], *, is_split: bool = False) -> list[Cell]:
        """The figures of each month and of all months, split by key or not."""
        keys = {key for name in measures for key in self._groups[name]}
        marks: set[tuple[date | None, int | None]] = {(month, key if is_split else None) for month, key in keys}
        marks |= {(None, key) for _, key in marks} if is_split else {(None, None)}
        figures: dict[Any, dict[str, Figures]] = {mark: {} for mark in marks}
        for name in measures:
            for mark, group in self._joined(name, marks, is_split=is_split).items():
                figures[mark][name] = group.figures()
        cells = [Cell(month, key, not is_split, by_measure) for (month, key), by_measure in figures.items()]
        return sorted(cells, key=_order)

    def _joined(self, measure: str, marks: Iterable[object], *, is_split: bool) -> dict[Any, _Group]:
        joined = {mark: _Group() for mark in marks}
        for (month, key), group in self._groups[measure].items():
            own = key if is_split else None
            joined[month, own].join(group)
            joined[None, own].join(group)
        return joined


def gather(
    tickets: QuerySet[Ticket],
    *,
    zone: ZoneInfo,
    dimension: str | None = None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    scope: Scope | None = None,
) -> MeasuredGroups | None:
    """Measure these tickets by month (of `zone`, by the start of the impact); None if no ticket can match.

    With a `scope`, whole months come from the summary, and only the rest is counted: private records, and months
    that are incomplete or changed since. `scope` must describe every filter on `tickets` except visibility.
    """
    groups = MeasuredGroups(measures)
    if scope is not None:
        stored = summary.read_summary(scope, zone=zone, dimension=dimension, measures=measures)
        for row in stored.rows:
            groups.add(row.measure, (row.month, row.key), _values(row.seconds), row.total, row.left_out,
                      is_changed=row.is_changed)  # fmt: skip
        tickets = tickets.filter(_outside(stored.periods))
    try:
        _count(groups, tickets, zone, dimension, [MEASURES[name] for name in measures])
    except EmptyResultSet:
        return None
    groups.merge()
    return groups


def tally(
    tickets: QuerySet[Ticket],
    *,
    zone: ZoneInfo,
    dimension: str | None = None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    scope: Scope | None = None,
) -> list[Cell]:
    """The figures of each month and of all months; with a dimension also split by it."""
    groups = gather(tickets, zone=zone, dimension=dimension, measures=measures, scope=scope)
    if groups is None:
        return []
    split = groups.cells(measures, is_split=True) if dimension else []
    return sorted([*groups.cells(measures), *split], key=_order)


def _outside(periods: Iterable[tuple[datetime, datetime]]) -> Q:
    """Tickets that the summary does not cover: outside its periods, and private records."""
    outside, last = Q(visibility=Visibility.PRIVATE), None
    for start, end in periods:
        gap = Q(impact_started_at__lt=start)
        outside |= gap & Q(impact_started_at__gte=last) if last else gap
        last = end
    return outside | Q(impact_started_at__gte=last) if last else Q()


def _count(
    groups: MeasuredGroups,
    tickets: QuerySet[Ticket],
    zone: ZoneInfo,
    dimension: str | None,
    measures: Sequence[Measure],
) -> None:
    """Count live, in one query."""
    columns: dict[str, object] = {"month": TruncMonth("impact_started_at", tzinfo=zone)}
    columns["cell"] = F(DIMENSIONS[dimension]) if dimension else models.Value(None, models.BigIntegerField())
    inner, parameters = measure_columns(tickets, columns, measures).query.sql_with_params()
    aggregates = ", ".join(aggregates_of(measure) for measure in measures)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT month, cell, is_changed, {aggregates} FROM ({inner}) counted"  # noqa: S608 - all names are constants
            " GROUP BY month, cell, is_changed",
            parameters,
        )
        for month, key, is_changed, *values in cursor.fetchall():
            for position, measure in enumerate(measures):
                seconds, total, left_out = values[position * 3 : position * 3 + 3]
                groups.add(measure.name, (month.date(), key), _values(seconds), total, left_out, is_changed=is_changed)


def _values(seconds: bytes) -> Sequence[float]:
    values = array("d", bytes(seconds))
    if byteorder == "little":
        values.byteswap()
    return values


def _order(cell: Cell) -> tuple[bool, date, bool, int]:
    return (cell.month is None, cell.month or date.max, cell.is_of_all, cell.key or 0)
