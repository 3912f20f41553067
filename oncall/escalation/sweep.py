"""The engine's first job: fire every step that is due (lane `pages`, part A)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from oncall import paging
from oncall.escalation import machine
from oncall.escalation.freezing import thaw
from oncall.escalation.reaching import Reach
from oncall.escalation.running import STATE_COLUMNS, state_of, write_state
from oncall.models import Escalation, EscalationEntry, EscalationEvent, EscalationStep, StepMode

logger = logging.getLogger(__name__)
BATCH = 50
POISON_PAUSE = timedelta(seconds=5)


def fire_due(*, at: datetime, limit: int = BATCH) -> int:
    """Fire the due escalations, most urgent first, and return how many there were.

    Each has a savepoint: one that fails is logged and tried again five seconds later, and the others go on.
    Rows locked by another engine are skipped. Only escalations and pages are locked.
    """
    with transaction.atomic():
        rows = list(
            Escalation.objects.due(at)
            .order_by("priority", "next_at")
            .select_for_update(skip_locked=True, no_key=True)[:limit]
        )
        if not rows:
            return 0
        _lock_cursors([step for row in rows for step in row.frozen_policy["steps"]])
        reach = Reach((thaw(row.frozen_policy) for row in rows), since=at)
        for row in rows:
            _fire_or_postpone(row, at, reach)
    return len(rows)


def _fire_or_postpone(row: Escalation, at: datetime, reach: machine.Reach) -> None:
    try:
        with transaction.atomic():
            _fire(row, at, reach)
    except Exception:
        logger.exception("escalation.poison", extra={"escalation": row.pk})
        Escalation.objects.filter(pk=row.pk).update(next_at=at + POISON_PAUSE)


def _fire(row: Escalation, at: datetime, reach: machine.Reach) -> None:
    policy = thaw(row.frozen_policy)
    cursors = _cursors(row.frozen_policy)
    before = replace(state_of(row), cursors=cursors)
    after, log = machine.advance(policy, before, at=at, reach=reach)
    write_state(row, after, at=at, actor=None)
    entries = []
    for line in log:
        if line.event == EscalationEvent.PAGE:
            row.firing += 1
            paging.create_pages(escalation=row, firing=row.firing, users=[p.user for p in line.reached], at=at)
        entries.append(_entry(row, line))
    row.save(update_fields=STATE_COLUMNS)
    EscalationEntry.objects.bulk_create(entries)
    _store_cursors(row.frozen_policy, cursors, after.cursors)


def _entry(row: Escalation, line: machine.LogLine) -> EscalationEntry:
    detail = {}
    if line.reached:
        detail = {
            "firing": row.firing,
            "people": [{"user": person.user, "because": dict(person.because)} for person in line.reached],
        }
    return EscalationEntry(
        escalation=row,
        at=line.at,
        event=line.event,
        step=line.step,
        round=line.round,
        detail=detail,
        # The pages have signals of their own.
        relay_at=None if line.event == EscalationEvent.PAGE else line.at,
    )


def _lock_cursors(steps: Sequence[Mapping[str, Any]]) -> None:
    """Lock the batch's round-robin steps, so that each firing takes its own position (R-E5).

    All at once and in one order: locked row by row, two engines' batches would wait for each other in a circle.
    """
    ids = {step["id"] for step in steps if step["mode"] == StepMode.ROUND_ROBIN}
    if ids:
        list(EscalationStep.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _cursors(frozen: Mapping[str, Any]) -> dict[int, int]:
    """The stored positions of a policy's round-robin steps."""
    indexes = {step["id"]: index for index, step in enumerate(frozen["steps"]) if step["mode"] == StepMode.ROUND_ROBIN}
    if not indexes:
        return {}
    stored = EscalationStep.objects.filter(pk__in=indexes).values_list("pk", "next_target")
    return {indexes[pk]: position for pk, position in stored}


def _store_cursors(frozen: Mapping[str, Any], before: Mapping[int, int], after: Mapping[int, int]) -> None:
    for index, position in after.items():
        if before.get(index) != position:
            EscalationStep.objects.filter(pk=frozen["steps"][index]["id"]).update(next_target=position)
