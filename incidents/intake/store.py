"""Storing reports before they are answered: one statement for each batch, one transaction for each 500 reports.

A statement writes the events and updates the alerts; a new or changed alert becomes due for routing, and the
same commit wakes the engine.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter

from django.db import DatabaseError, connection, transaction

from config.base.data.conflicts import retry_conflicts
from config.base.data.prepared import prepared_cursor
from incidents.intake import sql_statements
from incidents.intake.lenient_json import clean_details
from incidents.intake.report import Report
from incidents.models import Event, EventAction, EventOutcome

logger = logging.getLogger(__name__)

BATCH = 500
"""Reports in one transaction; a longer body takes several, and is answered after the last (intake rule 13)."""
UNSTORABLE = "Its details could not be stored and were left out."
# Classes of SQLSTATE that lie in the data and come again with it: data exception, constraint, limit of the program.
_BAD_DATA = ("22", "23", "54")

_STATEMENTS = {
    EventAction.TRIGGER: sql_statements.TRIGGER,
    EventAction.RESOLVE: sql_statements.RESOLVE,
    EventAction.ACKNOWLEDGE: sql_statements.ACKNOWLEDGE,
}


def store_reports(*, integration_id: int, reports: Iterable[Report], at: datetime) -> None:
    """Store one request's reports, each 500 all or none; when this returns they are committed.

    After a deadlock or a lock time-out it tries again (F10). What the database refuses is stored report by
    report, without its details if it must be, so that no report costs another. Raises OperationalError or
    InterfaceError when the database cannot be used; batches before that stay stored, and count up when the
    request comes again.
    """
    remaining = iter(reports)
    while batch := list(islice(remaining, BATCH)):
        _store_batch(integration_id, batch, at=at)


def _store_batch(integration_id: int, batch: Sequence[Report], *, at: datetime) -> None:
    if _is_storable(lambda: _store_runs(integration_id, batch, at=at)):
        return
    if len(batch) > 1:
        for report in batch:
            _store_batch(integration_id, [report], at=at)
        return
    (report,) = batch
    bare = replace(report, payload={}, link="", problem=f"{UNSTORABLE} {report.problem}".strip())
    if not _is_storable(lambda: _store_runs(integration_id, [bare], at=at)):
        store_event(
            integration_id=integration_id,
            action=EventAction.NONE,
            outcome=EventOutcome.REJECTED,
            payload={},
            at=at,
            problem="An alert could not be stored.",
        )


def _is_storable(write: Callable[[], None]) -> bool:
    """Whether the database took it; False if the data is to blame, and nothing of it is stored then."""
    try:
        write()
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None) or ""
        if not state.startswith(_BAD_DATA):
            raise
        logger.warning("intake.unstorable", extra={"error": str(error)[:300]})
        return False
    return True


def _store_runs(integration_id: int, batch: Sequence[Report], *, at: datetime) -> None:
    _try_store(integration_id, [(action, list(run)) for action, run in _runs(batch)], at=at)


@retry_conflicts
def _try_store(integration_id: int, runs: Sequence[tuple[EventAction, list[Report]]], *, at: datetime) -> None:
    if len(runs) == 1 and (runs[0][0] == EventAction.TRIGGER or len(runs[0][1]) == 1):
        _run(integration_id, *runs[0], at=at)  # one statement commits by itself and saves three round trips
        return
    with transaction.atomic():
        for action, run in runs:
            if action != EventAction.TRIGGER and len(run) > 1:
                _lock_alerts(integration_id, run)
            _run(integration_id, action, run, at=at)


def _lock_alerts(integration_id: int, batch: Sequence[Report]) -> None:
    """Lock the alerts of a run in the order of their keys; an UPDATE alone locks them in any order."""
    keys = [report.dedup_key for report in batch]
    with connection.cursor() as cursor:
        cursor.execute(sql_statements.LOCK, {"integration_id": integration_id, "keys": keys})


def store_event(
    *,
    integration_id: int,
    action: EventAction,
    outcome: EventOutcome,
    payload: dict[str, object],
    at: datetime,
    problem: str = "",
) -> Event:
    """Store an event that changes no alert: a change event, or a refused one."""
    details = clean_details(payload)
    return Event.objects.create(
        integration_id=integration_id,
        received_at=at,
        action=action,
        outcome=outcome,
        payload=details.content,
        problem=_join(problem, details.problem),
    )


def _runs(reports: Sequence[Report]) -> Iterator[tuple[EventAction, Iterable[Report]]]:
    """Runs of one action in the order of the keys, with every key at most once in a run.

    One statement cannot change a row twice, and requests that lock keys in one order cannot deadlock. That
    holds for new keys too: an insert blocks others with the same key, and there is no row to lock before.
    """
    remaining = sorted(reports, key=attrgetter("dedup_key"))
    while remaining:
        seen: set[str] = set()
        now: list[Report] = []
        later: list[Report] = []
        for report in remaining:
            (later if report.dedup_key in seen else now).append(report)
            seen.add(report.dedup_key)
        yield from groupby(now, key=attrgetter("action"))
        remaining = later


def _run(integration_id: int, action: EventAction, batch: Sequence[Report], *, at: datetime) -> None:
    rows = [_row(position, report) for position, report in enumerate(batch)]
    with prepared_cursor() as cursor:
        cursor.execute(
            _STATEMENTS[action],
            {"reports": json.dumps(rows), "integration_id": integration_id, "at": at},
        )


def _row(position: int, report: Report) -> dict[str, object]:
    details = clean_details(report.payload)
    return {
        "position": position,
        "dedup_key": report.dedup_key,
        "group_key": report.group_key,
        "title": report.title,
        "severity_word": report.severity_word,
        "source": report.source,
        "link": report.link,
        "payload": details.content,
        "started_at": report.started_at and report.started_at.isoformat(),
        "ended_at": report.ended_at and report.ended_at.isoformat(),
        "problem": _join(report.problem, details.problem),
    }


def _join(*problems: str) -> str:
    return " ".join(filter(None, problems))[:500]
