"""The report on prevention: how soon postmortems are written (S37), and how many incidents repeat (S38)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Aggregate, Count, DurationField, F, Q
from django.urls import reverse
from django.utils import timezone

from incidents.filters.reports import midnight
from incidents.models import ActionItem, Ticket, TicketKind
from incidents.prevention import recurrence
from oncall.models import Team
from postmortems.models import Postmortem
from problems.models import KnownError

PERIOD = timedelta(days=365)
_MAX_ROWS = 10
STEPS = {"drafted": "First text", "submitted": "Submitted for review", "approved": "Approved"}


class Percentile(Aggregate):
    """An exact percentile, interpolated between two records."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Scope:
    """Which records the report counts: first and last day in the reader's time zone, and what the reader may see."""

    user: Any
    since: date
    until: date
    team: Team | None = None

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The period as [first moment, first moment after it)."""
        return midnight(self.since), midnight(self.until + timedelta(1))

    def within(self, column: str) -> Q:
        """Rows whose time is in the period."""
        since, until = self.instants
        return Q(**{f"{column}__gte": since, f"{column}__lt": until})

    def of_team(self, column: str = "team") -> Q:
        """Rows of the team, if one is chosen."""
        return Q(**{column: self.team}) if self.team else Q()

    def address(self, view: str, days: str = "", **parameters: str) -> str:
        """The list with exactly the records of a figure; `days` is the list's filter of the period."""
        query = dict(parameters)
        if days == "created":
            since, until = self.instants
            query |= {"created_after": since.isoformat(), "created_before": until.isoformat()}
        elif days:
            query |= {f"{days}_after": self.since.isoformat(), f"{days}_before": self.until.isoformat()}
        if self.team:
            query["team"] = self.team.slug
        return f"{reverse(view)}?{urlencode(query)}"


@dataclass(frozen=True)
class Share:
    """A share of records, with the lists of both."""

    name: str
    title: str
    about: str
    part: int
    n: int
    part_url: str
    n_url: str

    @property
    def percent(self) -> float | None:
        """The share in percent; None of no records."""
        return round(100 * self.part / self.n, 1) if self.n else None


@dataclass(frozen=True)
class Step:
    """Days from restoration to one step of a postmortem."""

    name: str
    title: str
    n: int
    median: float | None
    p90: float | None
    n_url: str
    waiting: int
    waiting_url: str


@dataclass(frozen=True)
class Report:
    """The whole report."""

    scope: Scope
    steps: list[Step]
    overdue: list[Postmortem]
    overdue_count: int
    overdue_url: str
    shares: list[Share]
    known_errors: list[KnownError]
    uses: int
    known_errors_url: str


def build_report(scope: Scope) -> Report:
    """The report, in seven queries."""
    overdue = Postmortem.objects.for_list().visible_to(scope.user).overdue().filter(scope.of_team("ticket__team"))
    known_errors, uses = _known_errors_used(scope)
    return Report(
        scope=scope,
        steps=timeliness(scope),
        overdue=list(overdue.order_by("due_on", "pk")[:_MAX_ROWS]),
        overdue_count=overdue.count(),
        overdue_url=scope.address("postmortems:postmortems", due="overdue"),
        shares=[_repeats(scope), _on_time(scope), _proactive(scope)],
        known_errors=known_errors,
        uses=uses,
        known_errors_url=scope.address("problems:known-errors", "used"),
    )


def timeliness(scope: Scope) -> list[Step]:
    """Days from restoration to each step, and how many have not taken it yet (S37)."""
    rows = Postmortem.objects.visible_to(scope.user).filter(scope.within("restored_at"), scope.of_team("ticket__team"))
    aggregates: dict[str, Any] = {}
    for name in STEPS:
        days = models.ExpressionWrapper(F(f"{name}_at") - F("restored_at"), output_field=DurationField())
        aggregates[f"{name}_n"] = Count(f"{name}_at")
        aggregates[f"{name}_median"] = Percentile(days, share="0.5", output_field=DurationField())
        aggregates[f"{name}_p90"] = Percentile(days, share="0.9", output_field=DurationField())
    totals = rows.aggregate(total=Count("pk"), **aggregates)
    return [_step(scope, name, title, totals) for name, title in STEPS.items()]


def _step(scope: Scope, name: str, title: str, totals: dict[str, Any]) -> Step:
    n = totals[f"{name}_n"]
    lists = "postmortems:postmortems"
    return Step(
        name=name,
        title=title,
        n=n,
        median=_days(totals[f"{name}_median"]),
        p90=_days(totals[f"{name}_p90"]),
        n_url=scope.address(lists, "restored", step=name),
        waiting=totals["total"] - n,
        waiting_url=scope.address(lists, "restored", step=f"not_{name}"),
    )


def _repeats(scope: Scope) -> Share:
    rows = Ticket.objects.incidents().visible_to(scope.user).filter(scope.within("created_at"), scope.of_team())
    counts = rows.exclude(recurrence.NOT_SEPARATE).aggregate(
        n=Count("pk", distinct=True), part=Count("pk", distinct=True, filter=Q(recurrence.is_repeat(scope.user)))
    )
    queue = {"group": "", "kind": "incident"}
    return Share(
        "repeat_incidents", "Repeat incidents", "The same problem caused an earlier incident.", **counts,
        part_url=scope.address("incidents:queue", "created", **queue, repeat="yes"),
        n_url=scope.address("incidents:queue", "created", **queue, repeat="counted"),
    )  # fmt: skip


def _on_time(scope: Scope) -> Share:
    rows: Any = ActionItem.objects.visible_to(scope.user)
    rows = rows.filter(scope.of_team(), due_on__gte=scope.since, due_on__lte=scope.until)
    counts = (
        recurrence.with_end_day(rows)
        .filter(recurrence.has_outcome(timezone.localdate()))
        .aggregate(n=Count("pk", distinct=True), part=Count("pk", distinct=True, filter=recurrence.done_on_time()))
    )
    return Share(
        "actions_on_time", "Action items done on time", "By their due day; declined ones are left out.", **counts,
        part_url=scope.address("incidents:action-items", "due", status="", on_time="yes"),
        n_url=scope.address("incidents:action-items", "due", status="", on_time="judged"),
    )  # fmt: skip


def _proactive(scope: Scope) -> Share:
    rows = Ticket.objects.visible_to(scope.user).filter(
        scope.within("created_at"), scope.of_team(), kind=TicketKind.PROBLEM
    )
    counts = rows.aggregate(
        n=Count("pk", distinct=True), part=Count("pk", distinct=True, filter=Q(recurrence.is_proactive(scope.user)))
    )
    return Share(
        "proactive_problems", "Proactive problems", "Opened before any incident showed them.", **counts,
        part_url=scope.address("problems:problems", "created", proactive="true"),
        n_url=scope.address("problems:problems", "created"),
    )  # fmt: skip


def _known_errors_used(scope: Scope) -> tuple[list[KnownError], int]:
    """The known errors used in the period, the most used first, each with `uses_here`; and the total of uses.

    Uses in incidents that the reader may not see are not counted.
    """
    rows: Any = KnownError.objects.visible_to(scope.user).filter(
        scope.within("uses__used_at"),
        scope.of_team("problem__team"),
        uses__incident__in=Ticket.objects.visible_to(scope.user).values("pk"),
    )
    counted = rows.annotate(uses_here=Count("uses", distinct=True)).order_by("-uses_here", "pk")
    return list(counted.select_related("problem")[:_MAX_ROWS]), rows.aggregate(n=Count("uses", distinct=True))["n"]


def _days(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds() / 86400, 1)
