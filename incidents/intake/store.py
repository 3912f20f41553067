"""Storing reports before they are answered: one statement a batch, all of a request in one transaction.

A statement writes the events and brings the alerts up to date at once; a new or changed alert becomes due
for routing and the engine is woken by the same commit.
"""

import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import OperationalError, connection, transaction

from incidents.intake import statements
from incidents.intake.report import Report
from incidents.models import Event, EventAction, EventOutcome

BATCH = 1_000
TRIES = 3
# Deadlock, failed serialization, lock time-out: the other transaction will be gone in a moment (F10).
_PASSING = {"40P01", "40001", "55P03"}

_STATEMENTS = {
    EventAction.TRIGGER: statements.TRIGGER,
    EventAction.RESOLVE: statements.RESOLVE,
    EventAction.ACKNOWLEDGE: statements.ACKNOWLEDGE,
}


def store(*, integration_id: int, reports: Sequence[Report], at: datetime) -> None:
    """Store one request's reports, all or none; when this returns they are committed.

    A deadlock or a lock that is held too long is tried again (F10). Raises OperationalError or
    InterfaceError when the database cannot be used; nothing is stored then.
    """
    runs = [(action, list(batch)) for action, batch in _runs(reports)]
    for tried in range(1, TRIES + 1):
        try:
            _store_once(integration_id, runs, at=at)
        except OperationalError as error:
            passes = getattr(error.__cause__, "sqlstate", None) in _PASSING
            if not passes or tried == TRIES or connection.in_atomic_block:
                raise
            time.sleep(0.02 * tried)
        else:
            return


def _store_once(integration_id: int, runs: Sequence[tuple[EventAction, list[Report]]], *, at: datetime) -> None:
    if len(runs) == 1 and (runs[0][0] == EventAction.TRIGGER or len(runs[0][1]) == 1):
        _run(integration_id, *runs[0], at=at)  # one statement commits by itself and saves three trips
        return
    with transaction.atomic():
        for action, batch in runs:
            if action != EventAction.TRIGGER and len(batch) > 1:
                _lock(integration_id, batch)
            _run(integration_id, action, batch, at=at)


def _lock(integration_id: int, batch: Sequence[Report]) -> None:
    """Lock the alerts of a run in the order of their keys; an UPDATE alone would take them as it finds them."""
    keys = [report.dedup_key for report in batch]
    with connection.cursor() as cursor:
        cursor.execute(statements.LOCK, {"integration_id": integration_id, "keys": keys})


def keep(
    *,
    integration_id: int,
    action: EventAction,
    outcome: EventOutcome,
    payload: dict[str, Any],
    at: datetime,
    problem: str = "",
) -> Event:
    """Store an event that touches no alert: a change, or one that was refused."""
    return Event.objects.create(
        integration_id=integration_id,
        received_at=at,
        action=action,
        outcome=outcome,
        payload=payload,
        problem=problem[:500],
    )


def _runs(reports: Sequence[Report]) -> Iterable[tuple[EventAction, Iterable[Report]]]:
    """Runs of one action in the order of the keys, in which no key comes twice.

    One statement cannot touch a row twice, and requests that take keys in one order cannot deadlock. New
    keys count too: who inserts one holds it against others, and no row is there yet to be locked first.
    """
    left = sorted(reports, key=attrgetter("dedup_key"))
    while left:
        seen: set[str] = set()
        now: list[Report] = []
        later: list[Report] = []
        for report in left:
            (later if report.dedup_key in seen or len(now) == BATCH else now).append(report)
            seen.add(report.dedup_key)
        yield from groupby(now, key=attrgetter("action"))
        left = later


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
