"""Reads an SLA case into targets, calendars and one ticket's timeline, and says how its clocks stand."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, date, datetime
from secrets import token_hex

from config.base.data.models import Origin
from config.cases.reading import Row, as_text, instant
from incidents.models import (
    EntryKind,
    Incident,
    Severity,
    SlaScope,
    SlaTarget,
    SlaTargetVersion,
    Ticket,
    TicketKind,
    TimelineEntry,
)
from incidents.sla import loading
from incidents.sla.replay import Reading, replay
from oncall.calendars.opening_hours import minute_of, moment_of
from oncall.models import Calendar, CalendarDate, CalendarVersion, Team

_LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)
"""What a case leaves out holds from the beginning."""
_WARN_PERCENTS = (50, 75, 100)


def answer_sla(case: Row) -> dict[str, object]:
    """The clocks of the case's ticket at its `as_of`."""
    mark = token_hex(6)
    calendars = {name: _write_calendar(name, versions, mark) for name, versions in case["calendars"].items()}
    # Ids of a case compare as strings; rows are written in that order, so that their keys sort the same way.
    rows = sorted(case["targets"], key=lambda row: str(row["id"]))
    targets: dict[Hashable, str] = {_write_target(row, calendars, mark): str(row["id"]) for row in rows}
    ticket = _write_ticket(case["events"], mark)
    definitions = loading.read_definitions(SlaTarget.objects.filter(name__startswith=f"Case {mark} "))
    events = loading.load_events([ticket.pk])[ticket.pk].events
    readings = replay(events, definitions, as_of=minute_of(instant(case["as_of"])))
    return {"clocks": [reading_as_json(reading, targets) for reading in readings]}


def reading_as_json(reading: Reading, targets: Mapping[Hashable, str]) -> dict[str, object]:
    """One clock in the format of the cases; `targets` are the names by key."""
    course, breach = reading.course, reading.breach
    return {
        "kind": course.clock.kind,
        "metric": course.clock.metric,
        "team": course.clock.team,
        "cycle": course.clock.number,
        "target": targets[course.version.target],
        "state": reading.state,
        "started_at": _text(course.clock.start),
        "stopped_at": _text(course.stopped_at),
        "due_at": _text(reading.due_at),
        "goal_minutes": course.version.goal,
        "elapsed_minutes": course.elapsed,
        "remaining_minutes": reading.remaining,
        "paused_by": sorted(course.pauses),
        "within_calendar_hours": reading.is_within_hours,
        "breached_at": _text(breach.at if breach else None),
        "breach_recorded_at": _text(breach.recorded_at if breach else None),
        "breach_holds": None if breach is None else reading.still_breached is not None,
        "warnings": [{"percent": warning.percent, "at": _text(warning.at)} for warning in reading.warnings],
    }


def _write_calendar(name: str, versions: Iterable[Row], mark: str) -> Calendar:
    calendar = Calendar.objects.create(name=f"Case {mark} {name}"[:80])
    for version in versions:
        holidays = None
        if version.get("holidays"):
            holidays = Calendar.objects.create(name=f"Case {mark} {token_hex(4)}")
            CalendarDate.objects.bulk_create(
                CalendarDate(calendar=holidays, date=date.fromisoformat(day), created_at=_LONG_AGO, origin=Origin.CASE)
                for day in sorted(set(version["holidays"]))
            )
        CalendarVersion.objects.create(
            calendar=calendar,
            time_zone=version["time_zone"],
            windows=version["windows"],
            exceptions=version.get("exceptions", []),
            holidays=holidays,
            origin=Origin.CASE,
            **_dates(version),
        )
    return calendar


def _write_target(row: Row, calendars: Mapping[str, Calendar], mark: str) -> int:
    target = SlaTarget.objects.create(
        name=f"Case {mark} {row['id']}"[:80], kind=row["kind"], metric=row["metric"], origin=Origin.CASE
    )
    for version in sorted(row["versions"], key=lambda item: str(item["id"])):
        SlaTargetVersion.objects.create(
            target=target,
            position=version.get("position", 1),
            conditions=version.get("when", {}),
            goal_minutes=version["goal_minutes"],
            calendar=calendars[version["calendar"]] if version.get("calendar") else None,
            start=version.get("start", "opened"),
            pause_reasons=version.get("pause_reasons", []),
            warn_percents=version.get("warn", list(_WARN_PERCENTS)),
            scope=version.get("scope", SlaScope.ALL),
            is_retired=bool(version.get("retired")),
            withdrawn_at=instant(version["withdrawn_at"]) if version.get("withdrawn_at") else None,
            origin=Origin.CASE,
            **_dates(version),
        )
    return target.pk


def _dates(version: Row) -> dict[str, datetime]:
    effective = instant(version["effective_from"]) if version.get("effective_from") else _LONG_AGO
    created = instant(version["created_at"]) if version.get("created_at") else _LONG_AGO
    return {"effective_from": effective, "created_at": min(created, effective)}


def _write_ticket(events: Iterable[Row], mark: str) -> Ticket:
    team = Team.objects.create(name=f"Case {mark}", slug=f"case-{mark}")
    severity = Severity.objects.order_by("position").first()
    if severity is None:
        severity = Severity.objects.create(position=9, rank=9, name=f"Case {mark}", title="Case", description="Case")
    at = _LONG_AGO
    ticket = Incident.objects.create(
        kind=TicketKind.INCIDENT, title="Case", team=team, severity=severity, origin=Origin.CASE,
        created_at=at, updated_at=at, impact_started_at=at,
    )  # fmt: skip
    for event in events:
        entry = _write_entry(ticket, event, at=instant(event["at"]))
        if event.get("withdrawn_at"):
            fact = {"type": "withdrawn", "entry": entry.pk}
            _write_entry(ticket, {"facts": [fact]}, at=instant(event["withdrawn_at"]))
    return ticket


def _write_entry(ticket: Ticket, event: Row, *, at: datetime) -> TimelineEntry:
    return TimelineEntry.objects.create(
        ticket=ticket,
        kind=EntryKind.CHANGE,
        text=str(event.get("type", "withdrawn")),
        at=at,
        recorded_at=instant(event["recorded_at"]) if event.get("recorded_at") else at,
        facts=event.get("facts") or [_fact(event)],
    )


def _fact(event: Row) -> dict[str, object]:
    fact = {name: value for name, value in event.items() if name not in ("at", "recorded_at", "withdrawn_at")}
    if event["type"] == "opened":
        fact["fields"] = {"kind": TicketKind.INCIDENT, **event["fields"]}
    return fact


def _text(minute: int | None) -> str | None:
    return None if minute is None else as_text(moment_of(minute))
