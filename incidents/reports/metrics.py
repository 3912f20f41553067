"""Times to acknowledge, restore and resolve: the same rule for the figures and the records behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Q, QuerySet, Value, When

from incidents.models import OPEN_STATUSES, ClosureCode, Ticket, TicketStatus


class Outcome(models.TextChoices):
    """Whether a record counts in a measure, or why it is left out; the first that applies."""

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
    """The time between two stamps of a ticket. The name says which; there is no plain "MTTR"."""

    name: str
    title: str
    start: str
    end: str
    formula: str
    end_word: str
    no_start: str
    pending_statuses: tuple[str, ...] = tuple(OPEN_STATUSES)

    def outcome_label(self, outcome: str) -> str:
        """The outcome as text for this measure."""
        return {
            Outcome.NO_START: self.no_start,
            Outcome.NOT_YET: f"Not {self.end_word} yet",
            Outcome.NEVER: f"Never {self.end_word}",
            Outcome.DISORDERED: f"Times out of order: {self.end_word} before it began",
        }.get(Outcome(outcome), Outcome(outcome).label)


_PAGED, _STARTED, _WORKED = "Nobody was paged", "No start of the impact", "No start of work recorded"
MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
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
DEFAULT_MEASURES = ("acknowledge", "restore", "resolve")
DIMENSIONS = {"team": "team_id", "service": "service_id", "severity": "severity_id"}


def _cases(measure: Measure) -> list[tuple[Q, Outcome]]:
    """The conditions in order, cheap ones first; a record that meets none has its times out of order."""
    not_ended = Q(**{f"{measure.end}__isnull": True})
    return [
        (Q(closure_code__in=_NOT_SEPARATE), Outcome.NOT_SEPARATE),
        (Q(**{f"{measure.end}__gte": F(measure.start)}), Outcome.COUNTED),
        (Q(**{f"{measure.start}__isnull": True}), Outcome.NO_START),
        (not_ended & Q(status__in=measure.pending_statuses), Outcome.NOT_YET),
        (not_ended, Outcome.NEVER),
    ]


def outcome_of(measure: Measure) -> Case:
    """The outcome of a ticket in the measure."""
    return Case(
        *(When(condition, then=Value(outcome.value)) for condition, outcome in _cases(measure)),
        default=Value(Outcome.DISORDERED.value),
        output_field=models.CharField(),
    )


def code_of(measure: Measure) -> Case:
    """The outcome as a number, which is faster to count and sort."""
    return Case(
        *(When(condition, then=Value(CODES[outcome])) for condition, outcome in _cases(measure)),
        default=Value(CODES[Outcome.DISORDERED]),
        output_field=models.SmallIntegerField(),
    )


def seconds_of(measure: Measure) -> Case:
    """The seconds of a ticket that counts; date_part gives a float, extract a slow numeric."""
    length = Func(
        Value("epoch"),
        models.ExpressionWrapper(F(measure.end) - F(measure.start), output_field=models.DurationField()),
        function="date_part",
        output_field=models.FloatField(),
    )
    counts = Q(**{f"{measure.end}__gte": F(measure.start)}) & ~Q(closure_code__in=_NOT_SEPARATE)
    return Case(When(counts, then=length), output_field=models.FloatField())


def with_measure(tickets: QuerySet[Ticket], measure: Measure) -> QuerySet[Ticket]:
    """Each ticket with `outcome` and, if it counts, `seconds`: the records behind a figure."""
    return tickets.annotate(outcome=outcome_of(measure), seconds=seconds_of(measure))


def began_between(
    tickets: QuerySet[Ticket], *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Ticket]:
    """Tickets whose impact began in [since, until)."""
    if since is not None:
        tickets = tickets.filter(impact_started_at__gte=since)
    return tickets if until is None else tickets.filter(impact_started_at__lt=until)


def measure_columns(
    tickets: QuerySet[Ticket], columns: Mapping[str, object], measures: Iterable[Measure]
) -> QuerySet[Any, Any]:
    """These columns of each ticket and, for each measure, its seconds if it counts and the code of its outcome."""
    annotations = dict(columns)
    annotations["is_changed"] = models.ExpressionWrapper(
        Q(times_changed_at__isnull=False), output_field=models.BooleanField()
    )
    for measure in measures:
        annotations[f"seconds_{measure.name}"] = seconds_of(measure)
        annotations[f"code_{measure.name}"] = code_of(measure)
    return tickets.order_by().annotate(**annotations).values(*annotations)


def aggregates_of(measure: Measure) -> str:
    """SQL of a group's seconds ascending, their total, and counts left out by reason; all names are constants."""
    seconds, code = f"seconds_{measure.name}", f"code_{measure.name}"
    reasons = ", ".join(f"count(*) FILTER (WHERE {code} = {CODES[reason]})" for reason in LEFT_OUT)
    return (
        f"coalesce(string_agg(float8send({seconds}), ''::bytea ORDER BY {seconds})"
        f" FILTER (WHERE {seconds} IS NOT NULL), ''::bytea), coalesce(sum({seconds}), 0), ARRAY[{reasons}]::int[]"
    )
