"""The summary that the numbers are read from, and how it stays right.

Why it can be trusted: a trigger of the ticket table notes the start of every incident that is added, taken away or
changed in a column that a figure depends on, in the same transaction. A segment with such a note is not read but
counted live, so a figure is never stale, whoever wrote the ticket and however. `refresh` sums it up again: it takes
the notes away FIRST and counts THEN, so a change that commits in between leaves its note behind. Private records are
never in the summary. Segments end where a month ends for somebody; for a zone they do not fit, months are counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Min, QuerySet

from incidents.models import NumbersSegment, Ticket, Visibility
from incidents.reports.metrics import DIMENSIONS, MEASURES, aggregates_of, measured
from oncall.models import User

MOST_MONTHS = 120
MOST_AT_ONCE = 6
_LOCK = 7_316_002
_CLEAN = """NOT EXISTS (SELECT FROM incidents_numberschange note
    WHERE note.began >= segment.starts_at AND note.began < segment.ends_at)"""


@dataclass(frozen=True)
class Scope:
    """What the reader narrowed the numbers to; None is all."""

    since: datetime | None = None
    until: datetime | None = None
    team: int | None = None
    service: int | None = None
    severity: int | None = None
    is_changed: bool | None = None


@dataclass(frozen=True)
class Row:
    """One run, in the month of its reader."""

    measure: str
    month: date
    key: int | None
    is_changed: bool
    seconds: bytes
    total: float
    left_out: Sequence[int]


@dataclass(frozen=True)
class Stored:
    """What the summary holds, and which periods [from, to) that covers, in order and joined."""

    rows: list[Row]
    periods: list[tuple[datetime, datetime]]


def read(scope: Scope, *, zone: ZoneInfo, dimension: str | None, measures: Sequence[str]) -> Stored:
    """What is summed up of this scope, in one query: segments that are clean and lie in one month of `zone`."""
    key = f"run.{DIMENSIONS[dimension]}" if dimension else "NULL"
    narrowed = {"team_id": scope.team, "service_id": scope.service, "severity_id": scope.severity,
                "is_changed": scope.is_changed}  # fmt: skip
    narrowed = {name: value for name, value in narrowed.items() if value is not None}
    own = "".join(f" AND run.{name} = %s" for name in narrowed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT segment.starts_at, segment.ends_at, run.measure, {key}, run.is_changed, run.seconds,
                       run.seconds_total, run.left_out
                FROM incidents_numberssegment segment
                LEFT JOIN incidents_numbersrun run
                    ON run.segment_id = segment.id AND run.measure = ANY(%s){own}
                WHERE segment.starts_at >= %s AND segment.ends_at <= %s AND {_CLEAN}
                ORDER BY segment.starts_at""",  # noqa: S608 - all names are ours
            [list(measures), *narrowed.values(), scope.since or datetime.min.replace(tzinfo=UTC),
             scope.until or datetime.max.replace(tzinfo=UTC)],
        )  # fmt: skip
        found = cursor.fetchall()
    months: dict[datetime, date | None] = {}
    rows, periods = [], []
    for start, end, measure, row_key, is_changed, seconds, total, left_out in found:
        if start not in months:
            months[start] = month = _month(start, end, zone)
            if month is not None:
                periods.append((start, end))
        month = months[start]
        if month is not None and measure is not None:
            rows.append(Row(measure, month, row_key, is_changed, seconds, total, left_out))
    return Stored(rows, list(_joined(periods)))


def _month(start: datetime, end: datetime, zone: ZoneInfo) -> date | None:
    """The month of `zone` that holds all of the segment."""
    first, last = start.astimezone(zone), (end - timedelta(microseconds=1)).astimezone(zone)
    return date(first.year, first.month, 1) if (first.year, first.month) == (last.year, last.month) else None


def _joined(periods: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
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
    """Sum up what is missing or has changed, a few segments at most, the newest first: a sweep of the clocks lane."""
    for _ in range(MOST_AT_ONCE):
        if not refresh_one(at=at):
            break
    return 0


@transaction.atomic
def refresh_one(*, at: datetime) -> bool:
    """Sum up one segment; whether there was one. Only one engine does so at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return False
    wanted = _wanted(at)
    if wanted:
        # Notes of what lies outside of every segment: it is counted live anyway.
        _run("DELETE FROM incidents_numberschange WHERE began < %s OR began >= %s", [wanted[0][0], wanted[-1][1]])
    held = {(one.starts_at, one.ends_at): one for one in NumbersSegment.objects.all()}
    NumbersSegment.objects.filter(pk__in=[one.pk for span, one in held.items() if span not in set(wanted)]).delete()
    for span in reversed(wanted):
        if span not in held:
            _sum_up(NumbersSegment.objects.create(starts_at=span[0], ends_at=span[1]))
            return True
    dirty = NumbersSegment.objects.raw(
        f"""SELECT * FROM incidents_numberssegment segment
            WHERE NOT {_CLEAN} ORDER BY starts_at DESC LIMIT 1"""  # noqa: S608 - all names are ours
    )
    for segment in dirty:
        _sum_up(segment)
        return True
    return False


def _wanted(at: datetime) -> list[tuple[datetime, datetime]]:
    """The segments from the first incident to the end of this month: cut where a month begins for somebody."""
    first: datetime | None = Ticket.objects.incidents().aggregate(first=Min("impact_started_at"))["first"]
    if first is None or first > at:
        return []
    zones = {"UTC", *User.objects.filter(is_active=True).values_list("time_zone", flat=True).distinct()}
    this = at.year * 12 + at.month - 1
    months = range(max(first.year * 12 + first.month - 1, this - MOST_MONTHS), this + 2)
    cuts = {
        datetime(month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for month in months
        for zone in zones
    }
    # Notes of many changes at once are kept by the quarter of an hour.
    edges = sorted(cut for cut in cuts if cut.minute % 15 == 0 and not cut.second)
    return list(pairwise(edges))


def _sum_up(segment: NumbersSegment) -> None:
    """Count the segment's incidents anew. The notes go first: see the module."""
    span = [segment.starts_at, segment.ends_at]
    _run("DELETE FROM incidents_numberschange WHERE began >= %s AND began < %s", span)
    _run("DELETE FROM incidents_numbersrun WHERE segment_id = %s", [segment.pk])
    tickets: QuerySet[Ticket] = Ticket.objects.incidents().filter(
        visibility=Visibility.OPEN, impact_started_at__gte=span[0], impact_started_at__lt=span[1]
    )
    keys = {"key_team": F("team_id"), "key_service": F("service_id"), "key_severity": F("severity_id")}
    for measure in MEASURES.values():
        inner, parameters = measured(tickets, keys, [measure]).query.sql_with_params()
        _run(
            f"""INSERT INTO incidents_numbersrun (segment_id, measure, team_id, service_id, severity_id, is_changed,
                                                  seconds, seconds_total, left_out)
                SELECT %s, %s, key_team, key_service, key_severity, is_changed, {aggregates_of(measure)}
                FROM ({inner}) counted
                GROUP BY key_team, key_service, key_severity, is_changed""",  # noqa: S608 - all names are ours
            [segment.pk, measure.name, *parameters],
        )


def _run(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
