"""Which promises a ticket would get: for its fields and a start, before it exists (K-6, K-33)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Service, Severity, SlaMetric, SlaTarget, SlaTargetVersion, TicketKind
from incidents.sla import loading
from incidents.sla.clocks import courses, due_at
from incidents.sla.history import Event, History
from incidents.sla.stretches import Course
from oncall.calendars.opening_hours import minute_of, moment_of
from oncall.models import Calendar, Team

_BEGINNING = ("opened", "alerted", "vendor_notified")
"""What happens in the minute of the start, so that every clock that can start by then is there."""
_QUIET_BEGINNING = ("opened",)
"""What happens if nobody is paged, and no supplier notified."""


@dataclass(frozen=True)
class Promise:
    """What a ticket would be promised; `due_at` is in UTC, and None if the goal is not reached within two years."""

    kind: str
    metric: str
    team: Team | None
    target: SlaTarget
    goal_minutes: int
    calendar: Calendar | None
    due_at: datetime | None


def preview_promises(
    *, fields: Mapping[str, object], start: datetime, at: datetime, is_alerted: bool = True
) -> list[Promise]:
    """The promises of a ticket with these fields that is opened, paged about and has impact at `start` (K-6).

    `fields` are as `conditions.read_fields` returns them. What is left out follows from the others where it can: the
    tier and the team from the service, `major` from the severity. The kind is an incident's. A supplier is notified
    then too, and the next update is rows as if customers were told then. Without `is_alerted` nobody is paged then.
    """
    minute = minute_of(start)
    definitions = loading.load_definitions()
    valid = definitions.known_at(max(minute, minute_of(at)))
    filled = _filled(fields)
    beginning = _BEGINNING if is_alerted else _QUIET_BEGINNING
    begun = [Event(minute, kind, minute, fields=filled if kind == "opened" else {}) for kind in beginning]
    updated = [*begun, Event(minute, "update", minute)]
    rows = courses(History(begun), definitions, planned=valid, until=minute)
    cadence = courses(History(updated), definitions, planned=valid, until=minute)
    return _promises([*rows, *(course for course in cadence if course.clock.metric == SlaMetric.NEXT_UPDATE)])


def _filled(fields: Mapping[str, object]) -> dict[str, object]:
    filled = {"kind": str(TicketKind.INCIDENT), **fields}
    service, severity = fields.get("service"), fields.get("severity")
    if isinstance(service, int):
        for tier, team in Service.objects.filter(pk=service).values_list("tier", "team"):
            filled = {"tier": tier, "team": team, **filled}
    if isinstance(severity, int):
        for is_major in Severity.objects.filter(pk=severity).values_list("is_major", flat=True):
            filled = {"major": is_major, **filled}
    return filled


def _promises(rows: list[Course]) -> list[Promise]:
    keys = {course.version.key for course in rows}
    versions = SlaTargetVersion.objects.filter(pk__in=keys).select_related("target", "calendar")
    stored = {version.pk: version for version in versions}
    team_keys = {team for course in rows if isinstance(team := course.clock.team, int)}
    teams = {team.pk: team for team in Team.objects.filter(pk__in=team_keys)}
    return [
        Promise(
            kind=course.clock.kind,
            metric=course.clock.metric,
            team=teams[team] if isinstance(team := course.clock.team, int) else None,
            target=stored[course.version.key].target,
            goal_minutes=course.version.goal,
            calendar=stored[course.version.key].calendar,
            due_at=None if (due := due_at(course)) is None else moment_of(due),
        )
        for course in rows
    ]
