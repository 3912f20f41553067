"""The SLA report: promises kept and broken, grouped, from the clocks that were decided in a period.

It reads what was recorded and computes no clock. A clock counts in the month in which it was decided, with the
service, team, category and customers that its ticket had then. Nothing is subtracted: a waived breach is a broken
promise that is also counted as waived (K-44), and so is one that today's history no longer shows (K-40). Clocks of
another system stand apart, under its name.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, JSONObject, TruncMonth
from django.db.models.lookups import Exact

from incidents.models import Service, SlaBreach, SlaCycle, SlaKind, SlaMetric, SlaWaiver, WaiverStatus
from oncall.models import Team

LEAST = 20
"""Fewer clocks than this have no percentage: one of them would move it by more than five points."""


class Grouping(TextChoices):
    """What the report groups by."""

    SERVICE = "service", "Service"
    TEAM = "team", "Team"
    CUSTOMER = "customer", "Customer"
    CATEGORY = "category", "Category"
    MONTH = "month", "Month"


class Outcome(TextChoices):
    """Which clocks stand behind a number of the report."""

    DECIDED = "decided", "Kept or broken"
    MET = "met", "Kept"
    BROKEN = "broken", "Broken"
    WAIVED = "waived", "Broken and waived"
    UNCONFIRMED = "unconfirmed", "Broken, no longer in the history"


@dataclass(frozen=True)
class Tally:
    """How many promises of a group were kept and broken; the other two are parts of those broken."""

    met: int = 0
    broken: int = 0
    waived: int = 0
    unconfirmed: int = 0

    @property
    def decided(self) -> int:
        """Kept and broken together: the n of the percentage."""
        return self.met + self.broken

    @property
    def met_percent(self) -> float | None:
        """The share of those kept, cut after one decimal so that 100 means all; None below twenty."""
        return self.met * 1000 // self.decided / 10 if self.decided >= LEAST else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.met + other.met,
            self.broken + other.broken,
            self.waived + other.waived,
            self.unconfirmed + other.unconfirmed,
        )


@dataclass(frozen=True)
class Group:
    """One service, team, customer, category or month; `key` names it in addresses and is empty for none."""

    key: str
    label: str
    month: date | None = None


@dataclass(frozen=True)
class Section:
    """The groups of one promise: kind and metric, and the system that it comes from (empty: this one).

    `total` counts each clock once; the groups of customers count one with two customers twice.
    """

    kind: SlaKind
    metric: SlaMetric
    source: str
    groups: list[tuple[Group, Tally]]
    total: Tally

    @property
    def title(self) -> str:
        """The promise in words."""
        return f"{self.kind.label}: {self.metric.label}"


def team_of_clock() -> Coalesce:
    """The team whose promise it was: that of an OLA, otherwise the one that had the ticket when it was decided."""
    return Coalesce("team", "owner")


def with_outcome(cycles: QuerySet[SlaCycle], outcome: str) -> QuerySet[SlaCycle]:
    """The clocks behind a number of the report."""
    return cycles.filter(_CONDITIONS[Outcome(outcome)]())


def without(cycles: QuerySet[SlaCycle], by: str) -> QuerySet[SlaCycle]:
    """The clocks that have no service, team, customer or category."""
    absent = {
        Grouping.SERVICE: Q(service__isnull=True),
        Grouping.TEAM: Q(team__isnull=True, owner__isnull=True),
        Grouping.CUSTOMER: Q(customers=[]),
        Grouping.CATEGORY: Q(category=""),
    }
    return cycles.filter(absent[Grouping(by)])


def with_corrections(cycles: QuerySet[SlaCycle]) -> QuerySet[SlaCycle]:
    """Each clock with `breach_recorded_at`; of an approved waiver `waiver` (reason and approver) and `waived_at`."""
    waivers = _of_clock(_approved(), "breach__")
    words = JSONObject(reason="reason", approver="decided_by__name")
    return cycles.annotate(
        breach_recorded_at=Subquery(_of_clock(SlaBreach.objects.all()).values("recorded_at")[:1]),
        waiver=Subquery(waivers.values(words=words)[:1]),
        waived_at=Subquery(waivers.values("decided_at")[:1]),
    )


def read_report(
    cycles: QuerySet[SlaCycle], *, by: str, zone: ZoneInfo, customers: Collection[str] = ()
) -> list[Section]:
    """Group these clocks, as far as they are decided; months are of `zone`. Two or three queries, however many.

    `cycles` are those that the reader may see, narrowed by the filter. `customers` are those of the filter, if any:
    their clocks are not counted under other customers too. Own promises come first, then those of other systems.
    """
    grouping = Grouping(by)
    groups: dict[_Promise, dict[_Value, Tally]] = defaultdict(lambda: defaultdict(Tally))
    totals: dict[_Promise, Tally] = defaultdict(Tally)
    for promise, value, tally in _tallies(cycles, _VALUES[grouping](zone)):
        totals[promise] += tally
        for key in _customers(value, customers) if isinstance(value, list) else (value,):
            groups[promise][key] += tally
    names = _names(grouping, {key for tallies in groups.values() for key in tallies})
    sections = [
        Section(
            SlaKind(kind),
            SlaMetric(metric),
            source,
            sorted(((_group(grouping, key, names), tally) for key, tally in tallies.items()), key=_order),
            totals[source, kind, metric],
        )
        for (source, kind, metric), tallies in groups.items()
    ]
    kinds, metrics = list(SlaKind), list(SlaMetric)
    return sorted(sections, key=lambda row: (row.source, kinds.index(row.kind), metrics.index(row.metric)))


RowT = TypeVar("RowT", bound=Model)
_Promise: TypeAlias = tuple[str, str, str]
"""Source, kind and metric."""
_Value: TypeAlias = int | str | datetime | None
"""What a clock is grouped by: the key of a service or team, a name, the beginning of a month; nothing for none."""

_VALUES: Mapping[Grouping, Callable[[ZoneInfo], Combinable]] = {
    Grouping.SERVICE: lambda zone: F("service_id"),
    Grouping.TEAM: lambda zone: team_of_clock(),
    Grouping.CUSTOMER: lambda zone: F("customers"),
    Grouping.CATEGORY: lambda zone: F("category"),
    Grouping.MONTH: lambda zone: TruncMonth("decided_at", tzinfo=zone),
}


def _tallies(cycles: QuerySet[SlaCycle], value: Combinable) -> Iterator[tuple[_Promise, _Value | list[str], Tally]]:
    """The counts of each promise and value, in parts to be added up.

    Waivers are few beside the clocks, so a statement of their own finds them; it costs a third of the first one.
    """
    decided = cycles.filter(_is_decided()).order_by()
    for source, kind, metric, key, is_kept, holds, count in (
        decided.values("source", "kind", "metric", "is_kept", "breach_holds", key=value)
        .annotate(n=Count("is_kept"))
        .values_list("source", "kind", "metric", "key", "is_kept", "breach_holds", "n")
    ):
        tally = Tally(met=count) if is_kept else Tally(broken=count, unconfirmed=count if holds is False else 0)
        yield (source, kind, metric), key, tally
    for source, kind, metric, key, count in (
        decided.filter(_is_waived())
        .values("source", "kind", "metric", key=value)
        .annotate(n=Count("is_kept"))
        .values_list("source", "kind", "metric", "key", "n")
    ):
        yield (source, kind, metric), key, Tally(waived=count)


def _is_decided() -> Q:
    return Q(decided_at__isnull=False)


def _is_waived() -> Q:
    return Q(Exists(_of_clock(_approved(), "breach__")), is_kept=False)


_CONDITIONS: Mapping[Outcome, Callable[[], Q]] = {
    Outcome.DECIDED: _is_decided,
    Outcome.MET: lambda: Q(is_kept=True),
    Outcome.BROKEN: lambda: Q(is_kept=False),
    Outcome.WAIVED: _is_waived,
    Outcome.UNCONFIRMED: lambda: Q(is_kept=False, breach_holds=False),
}


def _approved() -> QuerySet[SlaWaiver]:
    return SlaWaiver.objects.filter(status=WaiverStatus.APPROVED)


def _of_clock(rows: QuerySet[RowT], path: str = "") -> QuerySet[RowT]:
    """The rows about the clock and cycle of the outer query; no team equals no team."""
    own = {f"{path}{name}": OuterRef(name) for name in ("ticket", "kind", "metric", "cycle")}
    return rows.filter(Exact(Coalesce(f"{path}team", 0), Coalesce(OuterRef("team"), 0)), **own)


def _customers(names: Iterable[str], chosen: Collection[str]) -> Collection[_Value]:
    """The customers under whom a clock counts, each once; an empty name for a clock without any."""
    each = set(names) or {""}
    return each & set(chosen) if chosen else each


def _names(grouping: Grouping, keys: set[_Value]) -> dict[_Value, tuple[str, str]]:
    """Slug and name of each service or team in the report."""
    if grouping not in {Grouping.SERVICE, Grouping.TEAM}:
        return {}
    model: type[Service] | type[Team] = Service if grouping == Grouping.SERVICE else Team
    rows = model._default_manager.filter(pk__in=[key for key in keys if isinstance(key, int)]).values_list(
        "pk", "slug", "name"
    )
    return {pk: (slug, name) for pk, slug, name in rows}


def _group(grouping: Grouping, key: _Value, names: Mapping[_Value, tuple[str, str]]) -> Group:
    if not key:
        return Group("", f"No {grouping.label.lower()}")
    if isinstance(key, datetime):
        return Group(f"{key:%Y-%m}", f"{key:%B %Y}", key.date())
    return Group(*names[key]) if key in names else Group(str(key), str(key))


def _order(row: tuple[Group, Tally]) -> tuple[int, int, str]:
    """Months from the newest; others with the most broken first, then by name."""
    group, tally = row
    return (-group.month.toordinal() if group.month else 0, -tally.broken, group.label)
