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
    steps = [(action, list(batch)) for action, batch in _batches(reports)]
    for tried in range(1, TRIES + 1):
        try:
            _store_once(integration_id, steps, at=at)
        except OperationalError as error:
            passes = getattr(error.__cause__, "sqlstate", None) in _PASSING
            if not passes or tried == TRIES or connection.in_atomic_block:
                raise
            time.sleep(0.02 * tried)
        else:
            return


def _store_once(integration_id: int, steps: Sequence[tuple[EventAction, list[Report]]], *, at: datetime) -> None:
    if len(steps) == 1 and (steps[0][0] == EventAction.TRIGGER or len(steps[0][1]) == 1):
        _run(integration_id, *steps[0], at=at)  # one statement commits by itself and saves three trips
        return
    keys = [report.dedup_key for _, batch in steps for report in batch]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statements.LOCK, {"integration_id": integration_id, "keys": keys})
        for action, batch in steps:
            _run(integration_id, action, batch, at=at)


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


def _batches(reports: Sequence[Report]) -> Iterable[tuple[EventAction, Iterable[Report]]]:
    """Runs of one action in which no key comes twice, in the order of their keys.

    One statement cannot touch a row twice, and rows locked in one order cannot deadlock.
    """
    left = list(reports)
    while left:
        seen: set[str] = set()
        now: list[Report] = []
        later: list[Report] = []
        for report in left:
            (later if report.dedup_key in seen or len(now) == BATCH else now).append(report)
            seen.add(report.dedup_key)
        yield from groupby(sorted(now, key=attrgetter("action", "dedup_key")), key=attrgetter("action"))
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
