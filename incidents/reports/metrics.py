"""How long it takes to acknowledge, restore and resolve: one rule for the numbers and the records behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Q, QuerySet, Value, When

from incidents.models import OPEN_STATUSES, ClosureCode, Ticket, TicketStatus


class Outcome(models.TextChoices):
    """Whether a record counts in a measure, and if not, why it is left out; the first that fits."""

    COUNTED = "counted", "Counted"
    NOT_SEPARATE = "not_separate", "Duplicate, merged or cancelled"
    NO_START = "no_start", "No start"
    NOT_YET = "not_yet", "Not yet over"
    NEVER = "never", "Never happened"
    DISORDERED = "disordered", "Times out of order"


CODES = {outcome: code for code, outcome in enumerate(Outcome)}
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


def code_of(measure: Measure) -> Case:
    """The same as a number, which is counted and sorted faster than a word."""
    return Case(
        *(When(condition, then=Value(CODES[outcome])) for condition, outcome in _cases(measure)),
        default=Value(CODES[Outcome.DISORDERED]),
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


def measured(tickets: QuerySet[Ticket], columns: Mapping[str, Any], measures: Iterable[Measure]) -> QuerySet[Any, Any]:
    """These columns of each ticket, and for each measure its seconds if it counts and the code of its outcome."""
    wanted = dict(columns)
    wanted["is_changed"] = models.ExpressionWrapper(
        Q(times_changed_at__isnull=False), output_field=models.BooleanField()
    )
    for measure in measures:
        wanted[f"seconds_{measure.name}"] = seconds_of(measure)
        wanted[f"code_{measure.name}"] = code_of(measure)
    return tickets.order_by().annotate(**wanted).values(*wanted)


def aggregates_of(measure: Measure) -> str:
    """A group's seconds ascending, their total, and how many were left out for each reason. The names are ours."""
    seconds, code = f"seconds_{measure.name}", f"code_{measure.name}"
    reasons = ", ".join(f"count(*) FILTER (WHERE {code} = {CODES[reason]})" for reason in LEFT_OUT)
    return (
        f"coalesce(string_agg(float8send({seconds}), ''::bytea ORDER BY {seconds})"
        f" FILTER (WHERE {seconds} IS NOT NULL), ''::bytea), coalesce(sum({seconds}), 0), ARRAY[{reasons}]::int[]"
    )
