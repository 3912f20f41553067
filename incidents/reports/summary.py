"""The stored summary that the reports read, and how it stays correct.

A trigger of the ticket table notes the start of every incident that is inserted, deleted, or changed in a column
that a figure depends on, in the same transaction. A segment with such a note is not read but counted live, so a
figure is never stale. `refresh` summarizes the segment again: it deletes the notes FIRST and counts THEN, so a change
that commits in between leaves its note. Private records are never in the summary. Segments end where a month ends
in some user's time zone; in a zone that they do not fit, months are counted live.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection, transaction
from django.db.models import F, Min, QuerySet

from config.base.data.rests import Rests, run_alone
from incidents.models import ReportSegment, Ticket, Visibility
from incidents.reports.metrics import DIMENSIONS, MEASURES, aggregates_of, measure_columns
from oncall.models import User

MAX_MONTHS = 120
MAX_PER_SWEEP = 6
_LOCK = 7_316_002
Span: TypeAlias = tuple[datetime, datetime]
_rests: Rests[Span] = Rests(first=60.0, longest=3600.0)
_IS_CURRENT = """NOT EXISTS (SELECT FROM incidents_reportchange note
    WHERE note.began_at >= segment.starts_at AND note.began_at < segment.ends_at)"""


@dataclass(frozen=True)
class Scope:
    """The filter of the report; None means all."""

    since: datetime | None = None
    until: datetime | None = None
    team: int | None = None
    service: int | None = None
    severity: int | None = None
    is_changed: bool | None = None


@dataclass(frozen=True)
class Row:
    """One run, in a month of the reader's time zone."""

    measure: str
    month: date
    key: int | None
    is_changed: bool
    seconds: bytes
    total: float
    left_out: Sequence[int]


@dataclass(frozen=True)
class StoredSummary:
    """Rows of the summary, and the periods [from, to) that they cover, ordered and merged."""

    rows: list[Row]
    periods: list[tuple[datetime, datetime]]


def read_summary(scope: Scope, *, zone: ZoneInfo, dimension: str | None, measures: Sequence[str]) -> StoredSummary:
    """Read the summary of this scope in one query: current segments that lie in one month of `zone`."""
    key = f"run.{DIMENSIONS[dimension]}" if dimension else "NULL"
    narrowed = {"team_id": scope.team, "service_id": scope.service, "severity_id": scope.severity,
                "is_changed": scope.is_changed}  # fmt: skip
    narrowed = {name: value for name, value in narrowed.items() if value is not None}
    conditions = "".join(f" AND run.{name} = %s" for name in narrowed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT segment.starts_at, segment.ends_at, run.measure, {key}, run.is_changed, run.seconds,
                       run.seconds_total, run.left_out
                FROM incidents_reportsegment segment
                LEFT JOIN incidents_reportrun run
                    ON run.segment_id = segment.id AND run.measure = ANY(%s){conditions}
                WHERE segment.starts_at >= %s AND segment.ends_at <= %s AND {_IS_CURRENT}
                ORDER BY segment.starts_at""",  # noqa: S608 - all names are constants
            [list(measures), *narrowed.values(), scope.since or datetime.min.replace(tzinfo=UTC),
             scope.until or datetime.max.replace(tzinfo=UTC)],
        )  # fmt: skip
        records = cursor.fetchall()
    months: dict[datetime, date | None] = {}
    rows, periods = [], []
    for start, end, measure, row_key, is_changed, seconds, total, left_out in records:
        if start not in months:
            months[start] = month = _month(start, end, zone)
            if month is not None:
                periods.append((start, end))
        month = months[start]
        if month is not None and measure is not None:
            rows.append(Row(measure, month, row_key, is_changed, seconds, total, left_out))
    return StoredSummary(rows, list(_merge_periods(periods)))


def _month(start: datetime, end: datetime, zone: ZoneInfo) -> date | None:
    """The month of `zone` that holds the whole segment, if any."""
    first, last = start.astimezone(zone), (end - timedelta(microseconds=1)).astimezone(zone)
    return date(first.year, first.month, 1) if (first.year, first.month) == (last.year, last.month) else None


def _merge_periods(periods: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    current: tuple[datetime, datetime] | None = None
    for start, end in periods:
        if current and current[1] == start:
            current = (current[0], end)
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def refresh(*, at: datetime) -> int:
    """Summarize missing or changed segments, the newest first, a few per sweep (lane `clocks`)."""
    for _ in range(MAX_PER_SWEEP):
        if not refresh_one(at=at):
            break
    return 0


@transaction.atomic
def refresh_one(*, at: datetime) -> bool:
    """Summarize one segment; returns whether there was one. Only one engine does it at a time.

    A segment that fails rests, and the next one is summarized; its figures are counted live meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return False
    expected = _expected_segments(at)
    if expected:
        # Notes outside of every segment: those incidents are counted live anyway.
        _execute(
            "DELETE FROM incidents_reportchange WHERE began_at < %s OR began_at >= %s",
            [expected[0][0], expected[-1][1]],
        )
    stored = {(row.starts_at, row.ends_at): row for row in ReportSegment.objects.all()}
    ReportSegment.objects.filter(pk__in=[row.pk for span, row in stored.items() if span not in set(expected)]).delete()
    missing = [span for span in reversed(expected) if span not in stored]
    dirty = ReportSegment.objects.raw(
        f"""SELECT * FROM incidents_reportsegment segment
            WHERE NOT {_IS_CURRENT} ORDER BY starts_at DESC"""  # noqa: S608 - all names are constants
    )
    waiting = itertools.chain(missing, ((row.starts_at, row.ends_at) for row in dirty))
    span = next((span for span in waiting if not _rests.is_resting(span, at)), None)
    if span is None:
        return False
    run_alone("reports", [span], _summarize_span, rests=_rests, at=at)
    return True


@transaction.atomic
def _summarize_span(span: Span) -> None:
    segment, _ = ReportSegment.objects.get_or_create(starts_at=span[0], ends_at=span[1])
    _summarize(segment)


def _expected_segments(at: datetime) -> list[tuple[datetime, datetime]]:
    """The segments from the first incident to the end of this month, cut where a month begins in any user's zone."""
    first: datetime | None = Ticket.objects.incidents().aggregate(first=Min("impact_started_at"))["first"]
    if first is None or first > at:
        return []
    names = User.objects.people().filter(is_active=True).values_list("time_zone", flat=True).distinct()
    # A zone that left the database of zones has no months; its users' figures are counted live.
    zones = [zone for zone in map(_zone, {"UTC", *names}) if zone is not None]
    this = at.year * 12 + at.month - 1
    months = range(max(first.year * 12 + first.month - 1, this - MAX_MONTHS), this + 2)
    cuts = {
        datetime(month // 12, month % 12 + 1, 1, tzinfo=zone).astimezone(UTC) for month in months for zone in zones
    }
    # The trigger rounds notes of bulk changes to a quarter of an hour, so segments begin at one.
    edges = sorted(cut for cut in cuts if cut.minute % 15 == 0 and not cut.second)
    return list(pairwise(edges))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _summarize(segment: ReportSegment) -> None:
    """Count the segment's incidents again. The notes are deleted first: see the module."""
    span = [segment.starts_at, segment.ends_at]
    _execute("DELETE FROM incidents_reportchange WHERE began_at >= %s AND began_at < %s", span)
    _execute("DELETE FROM incidents_reportrun WHERE segment_id = %s", [segment.pk])
    tickets: QuerySet[Ticket] = Ticket.objects.incidents().filter(
        visibility=Visibility.OPEN, impact_started_at__gte=span[0], impact_started_at__lt=span[1]
    )
    keys = {"key_team": F("team_id"), "key_service": F("service_id"), "key_severity": F("severity_id")}
    for measure in MEASURES.values():
        inner, parameters = measure_columns(tickets, keys, [measure]).query.sql_with_params()
        _execute(
            f"""INSERT INTO incidents_reportrun (segment_id, measure, team_id, service_id, severity_id, is_changed,
                                                  seconds, seconds_total, left_out)
                SELECT %s, %s, key_team, key_service, key_severity, is_changed, {aggregates_of(measure)}
                FROM ({inner}) counted
                GROUP BY key_team, key_service, key_severity, is_changed""",  # noqa: S608 - all names are constants
            [segment.pk, measure.name, *parameters],
        )


def _execute(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
