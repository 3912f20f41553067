"""What uses calendars; apps above register their own uses, such as targets, in `ready()` (K-14)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from config.base.data.lifecycle import Refusal
from oncall.models import Calendar, CalendarVersion, Layer, Schedule, ScheduleVersion

VersionT = TypeVar("VersionT", ScheduleVersion, CalendarVersion)


class InUse(Refusal):
    """Something uses this calendar, or used it in the past."""


@dataclass(frozen=True)
class CalendarUse:
    """One kind of use of a calendar, by rows that name it in a column."""

    name: str
    """What a user of the calendar is, for people: `schedule`."""
    rows: Callable[[], QuerySet[Model]]
    """The rows that name a calendar, now or in the past; a calendar that one names cannot be deleted."""
    calendar: str
    """The path from a row to its calendar."""
    counted: str
    """The path from a row to what uses the calendar: a schedule's many layers are one use."""
    users: Callable[[int, datetime], Iterable[Model]]
    """What uses a calendar now or is planned to, by its id, sorted, in one query; each has a `get_absolute_url`."""
    is_counted: Q | None = None
    """Which of the rows count, such as those that were not withdrawn; None for all."""


def register(use: CalendarUse) -> None:
    """Register a kind of use; called from an app's `ready()`."""
    _uses[use.name] = use


def names() -> list[str]:
    """The names of the registered kinds of use, in their order."""
    return list(_uses)


def check_unused(calendar: Calendar) -> None:
    """Raise InUse if anything uses the calendar, or did so in the past: its versions and dates stay (K-14)."""
    for use in _uses.values():
        if use.rows().filter(**{use.calendar: calendar}).exists():
            raise InUse(
                f"A {use.name} uses this calendar, or did so in the past, and the past stays as it was."
                " Remove its coming dates or change its opening hours instead."
            )


def used_by(calendar: Calendar, *, at: datetime) -> list[tuple[str, Model]]:
    """What uses the calendar now or is planned to, each with its kind: one query a kind."""
    return [(use.name, user) for use in _uses.values() for user in use.users(calendar.pk, at)]


def with_use_count(calendars: QuerySet[Calendar]) -> QuerySet[Calendar]:
    """The calendars with `in_use_by`, the number of what uses each, also in the past; in their one query."""
    total: Combinable = Value(0)
    for use in _uses.values():
        counts = (
            use.rows()
            .filter(use.is_counted or Q(), **{use.calendar: OuterRef("pk")})
            .order_by()
            .values(use.calendar)
            .annotate(total=Count(use.counted, distinct=True))
            .values("total")
        )
        total = total + Coalesce(Subquery(counts, output_field=IntegerField()), 0)
    return calendars.annotate(in_use_by=total)


def schedules_using(calendar: int, at: datetime) -> QuerySet[Schedule]:
    """The schedules whose version in force, or a later one, uses the calendar."""
    versions = _in_force_or_planned(ScheduleVersion.objects.all(), "schedule", at).filter(layers__calendar=calendar)
    return Schedule.objects.filter(pk__in=versions.values("schedule")).select_related("team").order_by("name")


def calendars_using(calendar: int, at: datetime) -> QuerySet[Calendar]:
    """The other calendars whose version in force, or a later one, takes its holidays from the calendar."""
    versions = _in_force_or_planned(CalendarVersion.objects.all(), "calendar", at).filter(holidays=calendar)
    return Calendar.objects.filter(pk__in=versions.values("calendar")).exclude(pk=calendar).order_by("name")


def _in_force_or_planned(versions: QuerySet[VersionT], owner: str, at: datetime) -> QuerySet[VersionT]:
    """Of each owner, the version in force at an instant and those planned for later (R-V2)."""
    active = versions.filter(withdrawn_at__isnull=True)
    in_force = (
        active.filter(**{owner: OuterRef(owner)}, effective_from__lte=at)
        .order_by("-effective_from", "-created_at", "-pk")
        .values("pk")[:1]
    )
    return active.filter(Q(pk=Subquery(in_force)) | Q(effective_from__gt=at))


_uses: dict[str, CalendarUse] = {}
register(
    CalendarUse(
        name="schedule",
        rows=Layer.objects.all,
        calendar="calendar",
        counted="version__schedule",
        users=schedules_using,
        is_counted=Q(version__withdrawn_at__isnull=True),
    )
)
register(
    CalendarUse(
        name="calendar",
        # One that closes on its own dates is no user of itself.
        rows=CalendarVersion.objects.exclude(holidays=F("calendar")).all,
        calendar="holidays",
        counted="calendar",
        users=calendars_using,
        is_counted=Q(withdrawn_at__isnull=True),
    )
)
