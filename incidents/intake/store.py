"""Storing reports before they are answered: one statement for each batch, one transaction for each request.

A statement writes the events and updates the alerts; a new or changed alert becomes due for routing, and the
same commit wakes the engine.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from config.base.data.conflicts import retry_conflicts
from incidents.intake import sql_statements
from incidents.intake.report import Report
from incidents.models import Event, EventAction, EventOutcome

BATCH = 1_000

_STATEMENTS = {
    EventAction.TRIGGER: sql_statements.TRIGGER,
    EventAction.RESOLVE: sql_statements.RESOLVE,
    EventAction.ACKNOWLEDGE: sql_statements.ACKNOWLEDGE,
}


def store_reports(*, integration_id: int, reports: Sequence[Report], at: datetime) -> None:
    """Store one request's reports, all or none; when this returns they are committed.

    After a deadlock or a lock time-out it tries again (F10). Raises OperationalError or
    InterfaceError when the database cannot be used; nothing is stored then.
    """
    runs = [(action, list(batch)) for action, batch in _runs(reports)]
    _try_store(integration_id, runs, at=at)


@retry_conflicts
def _try_store(integration_id: int, runs: Sequence[tuple[EventAction, list[Report]]], *, at: datetime) -> None:
    if len(runs) == 1 and (runs[0][0] == EventAction.TRIGGER or len(runs[0][1]) == 1):
        _run(integration_id, *runs[0], at=at)  # one statement commits by itself and saves three round trips
        return
    with transaction.atomic():
        for action, batch in runs:
            if action != EventAction.TRIGGER and len(batch) > 1:
                _lock_alerts(integration_id, batch)
            _run(integration_id, action, batch, at=at)


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
    payload: dict[str, Any],
    at: datetime,
    problem: str = "",
) -> Event:
    """Store an event that changes no alert: a change event, or a refused one."""
    return Event.objects.create(
        integration_id=integration_id,
        received_at=at,
        action=action,
        outcome=outcome,
        payload=payload,
        problem=problem[:500],
    )


def _runs(reports: Sequence[Report]) -> Iterable[tuple[EventAction, Iterable[Report]]]:
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
            (later if report.dedup_key in seen or len(now) == BATCH else now).append(report)
            seen.add(report.dedup_key)
        yield from groupby(now, key=attrgetter("action"))
        remaining = later


def _run(integration_id: int, action: EventAction, batch: Sequence[Report], *, at: datetime) -> None:
    rows = [
        {
            "position": position,
            "dedup_key": report.dedup_key,
            "group_key": report.group_key,
            "title": report.title,
            "severity_word": report.severity_word,
            "source": report.source,
            "link": report.link,
            "payload": report.payload,
            "started_at": report.started_at and report.started_at.isoformat(),
            "ended_at": report.ended_at and report.ended_at.isoformat(),
            "problem": report.problem[:500],
        }
        for position, report in enumerate(batch)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENTS[action],
            {"reports": json.dumps(rows), "integration_id": integration_id, "at": at},
        )
