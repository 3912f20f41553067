"""How long it takes to acknowledge, restore and resolve: one rule for the numbers and the records behind them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from incidents.models import OPEN_STATUSES, ClosureCode, Ticket, TicketStatus


class Outcome(models.TextChoices):
    """Whether a record counts in a measure, and if not, why it is left out; the first that fits."""

    COUNTED = "counted", "Counted"
    NOT_SEPARATE = "not_separate", "Duplicate, merged or cancelled"
    NO_START = "no_start", "No start"
    NOT_YET = "not_yet", "Not yet over"
    NEVER = "never", "Never happened"
    DISORDERED = "disordered", "Times out of order"


_CODES = {outcome: code for code, outcome in enumerate(Outcome)}
LEFT_OUT = tuple(outcome for outcome in Outcome if outcome != Outcome.COUNTED)
_NOT_SEPARATE = (ClosureCode.DUPLICATE, ClosureCode.MERGED, ClosureCode.CANCELLED)


@dataclass(frozen=True)
class Measure:
    """A length of time between two stamps of a ticket. Its name always says which: there is no bare "MTTR"."""

    name: str
    title: str
    start: str
    end: str
    formula: str
    done: str
    no_start: str
    still: tuple[str, ...] = tuple(OPEN_STATUSES)

    def says(self, outcome: str) -> str:
        """The outcome in this measure's own words."""
        return {
            Outcome.NO_START: self.no_start,
            Outcome.NOT_YET: f"Not {self.done} yet",
            Outcome.NEVER: f"Never {self.done}",
            Outcome.DISORDERED: f"Times out of order: {self.done} before it began",
        }.get(Outcome(outcome), Outcome(outcome).label)


_PAGED, _STARTED, _WORKED = "Nobody was paged", "No start of the impact", "The start of work was not noted"
MEASURES: dict[str, Measure] = {
    one.name: one
    for one in (
        Measure(
            "acknowledge", "Time to acknowledge", "alerted_at", "acknowledged_at",
            "from the first page to the first answer", "acknowledged", _PAGED,
        ),
        Measure(
            "restore", "Time to restore", "impact_started_at", "restored_at",
            "from the start of the impact until the service works", "restored", _STARTED,
        ),
        Measure(
            "resolve", "Time to resolve", "impact_started_at", "resolved_at",
            "from the start of the impact until its prevention is done", "resolved", _STARTED,
            (*OPEN_STATUSES, TicketStatus.RESTORED),
        ),
        Measure(
            "respond", "Time to respond", "alerted_at", "restored_at",
            "from the first page until the service works", "restored", _PAGED,
        ),
        Measure(
            "repair", "Time to repair", "work_started_at", "restored_at",
            "from the start of work until the service works", "restored", _WORKED,
        ),
    )
}  # fmt: skip
SHOWN = ("acknowledge", "restore", "resolve")
DIMENSIONS = {"team": "team_id", "service": "service_id", "severity": "severity_id"}


@dataclass(frozen=True)
class Figures:
    """What one measure says of one group of records; lengths in seconds, None where nothing was counted."""

    n: int
    median: float | None
    mean: float | None
    p90: float | None
    changed: int
    left_out_total: int
    left_out: Mapping[str, int]
    """By reason; only asked for the groups that are not split."""


@dataclass(frozen=True)
class Cell:
    """A group: a month or all of them (None), a team, service or severity or all of them."""

    month: date | None
    key: int | None
    is_of_all: bool
    figures: Mapping[str, Figures]


def _cases(measure: Measure) -> list[tuple[Q, Outcome]]:
    """What decides, in order, cheap questions early; what none of them fits has its times out of order."""
    nothing = Q(**{f"{measure.end}__isnull": True})
    return [
        (Q(closure_code__in=_NOT_SEPARATE), Outcome.NOT_SEPARATE),
        (Q(**{f"{measure.end}__gte": F(measure.start)}), Outcome.COUNTED),
        (Q(**{f"{measure.start}__isnull": True}), Outcome.NO_START),
        (nothing & Q(status__in=measure.still), Outcome.NOT_YET),
        (nothing, Outcome.NEVER),
    ]


def outcome_of(measure: Measure) -> Case:
    """Whether a ticket counts in the measure, or why not."""
    return Case(
        *(When(condition, then=Value(outcome.value)) for condition, outcome in _cases(measure)),
        default=Value(Outcome.DISORDERED.value),
        output_field=models.CharField(),
    )


def _code_of(measure: Measure) -> Case:
    """The same as a number, which is counted and sorted faster than a word."""
    return Case(
        *(When(condition, then=Value(_CODES[outcome])) for condition, outcome in _cases(measure)),
        default=Value(_CODES[Outcome.DISORDERED]),
        output_field=models.SmallIntegerField(),
    )


def seconds_of(measure: Measure) -> Case:
    """The length of what counts; date_part is a float, where extract would be a slow numeric."""
    length = Func(
        Value("epoch"),
        models.ExpressionWrapper(F(measure.end) - F(measure.start), output_field=models.DurationField()),
        function="date_part",
        output_field=models.FloatField(),
    )
    counts = Q(**{f"{measure.end}__gte": F(measure.start)}) & ~Q(closure_code__in=_NOT_SEPARATE)
    return Case(When(counts, then=length), output_field=models.FloatField())


def with_measure(tickets: QuerySet[Ticket], measure: Measure) -> QuerySet[Ticket]:
    """Each ticket with `outcome` and, if it counts, `seconds`: the records behind a number."""
    return tickets.annotate(outcome=outcome_of(measure), seconds=seconds_of(measure))


def began_between(
    tickets: QuerySet[Ticket], *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Ticket]:
    """Those whose impact began in [since, until)."""
    if since is not None:
        tickets = tickets.filter(impact_started_at__gte=since)
    return tickets if until is None else tickets.filter(impact_started_at__lt=until)


def tally(
    tickets: QuerySet[Ticket],
    *,
    zone: ZoneInfo,
    dimension: str | None = None,
    measures: Sequence[str] = SHOWN,
    with_totals: bool = True,
) -> list[Cell]:
    """The figures of each month (of `zone`, by the start of the impact) and of all, in ONE query.

    With a dimension, each month is split by it as well, and so is the whole; `with_totals=False` then leaves
    out the groups that are not split, and the reasons.
    """
    chosen = [MEASURES[name] for name in measures]
    split = DIMENSIONS[dimension] if dimension else ""
    rows = _rows(tickets, chosen, split, zone, with_reasons=with_totals)
    sets = ["(month)", "()"] if with_totals or not split else []
    sets += ["(month, cell)", "(cell)"] if split else []
    try:
        inner, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    heads = "month, cell, GROUPING(month), GROUPING(cell)" if split else "month, NULL, GROUPING(month), 1"
    statement = (
        f"SELECT {heads}, {', '.join(_aggregates(chosen, with_reasons=with_totals))}"  # noqa: S608 - all names are ours
        f" FROM ({inner}) counted GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return sorted((_cell(row, chosen) for row in cursor.fetchall()), key=_order)


def _rows(
    tickets: QuerySet[Ticket], chosen: Iterable[Measure], split: str, zone: ZoneInfo, *, with_reasons: bool
) -> QuerySet[Any, Any]:
    columns: dict[str, Any] = {"month": TruncMonth("impact_started_at", tzinfo=zone)}
    if split:
        columns["cell"] = F(split)
    columns["is_changed"] = models.ExpressionWrapper(
        Q(times_changed_at__isnull=False), output_field=models.BooleanField()
    )
    for measure in chosen:
        columns[f"seconds_{measure.name}"] = seconds_of(measure)
        if with_reasons:
            columns[f"code_{measure.name}"] = _code_of(measure)
    return tickets.order_by().annotate(**columns).values(*columns)


def _aggregates(chosen: Iterable[Measure], *, with_reasons: bool) -> list[str]:
    """The names are ours, never the reader's."""
    found = []
    for measure in chosen:
        seconds, code = f"seconds_{measure.name}", f"code_{measure.name}"
        found += [
            f"count({seconds})",
            f"avg({seconds})",
            f"percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {seconds})",
            f"count({seconds}) FILTER (WHERE is_changed)",
            f"count(*) - count({seconds})",
            *(f"count(*) FILTER (WHERE {code} = {_CODES[reason]})" if with_reasons else "0" for reason in LEFT_OUT),
        ]
    return found


_COLUMNS = 5 + len(LEFT_OUT)


def _cell(row: Sequence[Any], chosen: Iterable[Measure]) -> Cell:
    month, key, is_all_months, is_of_all, *values = row
    figures = {}
    for position, measure in enumerate(chosen):
        n, mean, percentiles, changed, others, *reasons = values[position * _COLUMNS : (position + 1) * _COLUMNS]
        median, p90 = percentiles or (None, None)
        left_out = {reason.value: count for reason, count in zip(LEFT_OUT, reasons, strict=True) if count}
        figures[measure.name] = Figures(n, median, mean, p90, changed, others, left_out)
    return Cell(None if is_all_months else month.date(), key, bool(is_of_all), figures)


def _order(cell: Cell) -> tuple[bool, date, bool, int]:
    return (cell.month is None, cell.month or date.max, cell.is_of_all, cell.key or 0)
