"""The engine's first job: fire every step that is due (lane `pages`, part A)."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from config.base.data.conflicts import is_conflict
from config.base.data.isolation import is_database_away, prepare_each
from oncall import paging
from oncall.escalation import machine, poison, stepping
from oncall.escalation.running import STATE_COLUMNS, state_of, write_state
from oncall.escalation.stepping import Prepared
from oncall.models import Escalation, EscalationEntry, EscalationEvent, EscalationStep, StepMode

logger = logging.getLogger(__name__)
BATCH = 10
"""Few, because what they page is sent after each batch: after an outage the first page must not wait for the last."""
PATIENCE_SECONDS = 2.0
"""For passing over what others hold: a row that is held costs a moment, one that has to be waited for a second."""
_RESTARTS = {EscalationEvent.ACK_TIMEOUT, EscalationEvent.SNOOZE_OVER}


def fire_due(*, at: datetime, limit: int = BATCH) -> int:
    """Fire the due escalations, most urgent first, and return how many were handled.

    They are prepared together and fired each in a transaction of its own, so that an acknowledgement never waits
    for the whole batch. One that fails is put off with a growing rest while its fallback is paged; rows that
    another engine holds are left for the next pass, and a batch of nothing else is passed over: that engine may be
    frozen.
    """
    due = Escalation.objects.due(at).order_by("priority", "next_at").values("pk", "frozen_policy", "team")
    held: list[int] = []
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while batch := {row["pk"]: row for row in due.exclude(pk__in=held)[:limit]}:
        handled = _fire_batch(batch, at)
        if handled or time.monotonic() > ends_at:
            return handled
        held += batch
    return 0


def _fire_batch(frozen: Mapping[int, Mapping[str, Any]], at: datetime) -> int:
    def prepare(keys: Sequence[int]) -> dict[int, Prepared]:
        policies = {key: (frozen[key]["frozen_policy"], frozen[key]["team"]) for key in keys}
        return stepping.prepare(policies, since=at)

    prepared, failed = prepare_each(frozen, prepare)
    return sum(
        poison.postpone(escalation_id=key, error=failed[key], at=at)
        if key in failed
        else _fire_alone(key, prepared[key], at)
        for key in frozen
    )


def _fire_alone(key: int, prepared: Prepared, at: datetime) -> bool:
    try:
        with transaction.atomic():
            due = Escalation.objects.due(at).filter(pk=key)
            row = due.select_for_update(skip_locked=True, no_key=True).first()
            if row is None or not _lock_cursors(row.frozen_policy["steps"]):
                return False
            _fire(row, prepared, at)
    except Exception as error:
        if is_database_away(error):
            raise
        if is_conflict(error):
            return False
        return poison.postpone(escalation_id=key, error=error, at=at)
    return True


def _fire(row: Escalation, prepared: Prepared, at: datetime) -> None:
    cursors = stepping.cursors(row.frozen_policy)
    is_end_of_round = row.state == machine.TRIGGERED and row.step >= len(prepared.policy.steps)
    before = replace(
        state_of(row),
        cursors=cursors,
        is_round_lost=is_end_of_round and paging.is_lost_to_providers(escalation=row, at=at),
    )
    after, log = stepping.advance(prepared, before, at=at)
    write_state(row, after, at=at, actor=None)
    row.failures, row.failure = 0, ""
    entries = []
    current_round = before.round
    for line in log:
        if line.event in _RESTARTS or line.round not in {None, current_round}:
            row.round_firing = row.firing
            current_round = line.round or 0
        if line.event == EscalationEvent.PAGE:
            row.firing += 1
            paging.create_pages(escalation=row, firing=row.firing, users=[p.user for p in line.reached], at=at)
        if line.event == EscalationEvent.PROVIDER_DOWN or line.step == machine.FALLBACK:
            row.round_firing = row.firing
        entries.append(_entry(row, line))
    row.save(update_fields=[*STATE_COLUMNS, "failures", "failure"])
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


def _lock_cursors(steps: Sequence[Mapping[str, Any]]) -> bool:
    """Lock the policy's round-robin steps, so that each firing takes its own position (R-E5).

    False while another engine holds one of them: waiting here would hold up every other escalation.
    """
    ids = {step["id"] for step in steps if step["mode"] == StepMode.ROUND_ROBIN}
    if not ids:
        return True
    rows = EscalationStep.objects.filter(pk__in=ids)
    locked = rows.select_for_update(no_key=True, skip_locked=True).order_by("pk").values_list("pk", flat=True)
    # A step that was deleted since the policy was frozen has no row to lock.
    return len(locked) == len(ids) or len(locked) == rows.count()


def _store_cursors(frozen: Mapping[str, Any], before: Mapping[int, int], after: Mapping[int, int]) -> None:
    for index, position in after.items():
        if before.get(index) != position:
            EscalationStep.objects.filter(pk=frozen["steps"][index]["id"]).update(next_target=position)
