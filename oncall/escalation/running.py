"""The actions of people on a running escalation: each locks, runs the machine, saves, and sends signals.

Locks are taken in the order subject, escalation, page (paging rule 4), so that an acknowledgement
and the engine never wait for each other in a circle.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from oncall import paging, signals, subjects
from oncall.escalation import machine
from oncall.escalation.freezing import ack_timeout, freeze
from oncall.models import (
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationPolicy,
    EscalationState,
    Team,
    Urgency,
    User,
)
from oncall.wake import wake

STATE_COLUMNS = (
    "state", "step", "round", "round_reached", "round_firing", "firing", "next_at",
    "acknowledged_at", "acknowledged_by", "exhausted_at", "ended_at",
)  # fmt: skip
"""The columns that a running policy changes; the frozen policy is not among them."""


@transaction.atomic
def trigger(
    *,
    subject_type: str,
    subject_id: int,
    title: str,
    url: str,
    policy: EscalationPolicy | None,
    team: Team | None,
    at: datetime,
    urgency: str = Urgency.HIGH,
    priority: int = 5,
) -> Escalation:
    """Start a policy for something that needs a person; the engine fires step 0 as soon as this commits.

    The caller holds the subject's lock. One escalation runs per subject and team: a second trigger raises
    IntegrityError, so callers end the old one first.
    """
    row = Escalation(
        subject_type=subject_type,
        subject_id=subject_id,
        title=title,
        url=url,
        policy=policy,
        team=team,
        frozen_policy=freeze(policy, team=team),
        urgency=urgency,
        priority=priority,
        triggered_at=at,
        next_at=machine.begin(at=at).next_at,
    )
    row.save()
    wake("pages")
    return row


def acknowledge(*, escalation_id: int, at: datetime, actor: User | None) -> Escalation:
    """Acknowledge: no unsent page is sent any more (R-E7). Without effect unless it is triggered."""
    return _apply(escalation_id, "acknowledge", at=at, actor=actor)


def unacknowledge(*, escalation_id: int, at: datetime, actor: User | None) -> Escalation:
    """Take the acknowledgement back: page again from the first step (R-E7)."""
    return _apply(escalation_id, "unacknowledge", at=at, actor=actor)


def snooze(*, escalation_id: int, until: datetime, at: datetime, actor: User | None) -> Escalation:
    """Pause until a time, then page again from the first step (R-E7)."""
    return _apply(escalation_id, "snooze", at=at, actor=actor, until=until)


def escalate_now(*, escalation_id: int, at: datetime, actor: User | None) -> Escalation:
    """Page the next step at once: "this needs more people" (R-E7)."""
    return _apply(escalation_id, "escalate", at=at, actor=actor)


def decline(*, escalation_id: int, at: datetime, actor: User) -> Escalation:
    """Say "I can't": the actor's own calls end, an acknowledgement is taken back, the next step is due now (R-E7a).

    The caller has checked that it rang the actor, or that the actor acknowledged. Without effect while it is
    snoozed or once it has ended.
    """
    return _apply(escalation_id, "decline", at=at, actor=actor)


@transaction.atomic
def hand_over(*, escalation_id: int, at: datetime, actor: User) -> Escalation:
    """The acknowledgement is the actor's from now on; its times stay. Without effect unless it is acknowledged."""
    row = lock(escalation_id)
    if row.state == EscalationState.ACKNOWLEDGED and row.acknowledged_by_id != actor.pk:
        row.acknowledged_by = actor
        row.save(update_fields=["acknowledged_by"])
        EscalationEntry.objects.create(escalation=row, at=at, event=EscalationEvent.ACK, actor=actor, relay_at=at)
        wake("clocks")
    return row


def lock(escalation_id: int) -> Escalation:
    """The escalation, locked after its subject (paging rule 4)."""
    subject = Escalation.objects.values("subject_type", "subject_id").get(pk=escalation_id)
    subjects.lock(subject["subject_type"], subject["subject_id"])
    return Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)


def end(*, escalation_id: int, at: datetime, actor: User | None) -> Escalation:
    """End the escalation: nobody else is paged."""
    return _apply(escalation_id, "end", at=at, actor=actor)


@transaction.atomic
def _apply(escalation_id: int, verb: str, *, at: datetime, actor: User | None, **extra: Any) -> Escalation:
    row = lock(escalation_id)
    before = state_of(row)
    if verb == "acknowledge":
        after, log = machine.acknowledge(before, at=at, timeout=ack_timeout(row.frozen_policy))
    elif verb == "snooze":
        after, log = machine.snooze(before, at=at, until=extra["until"])
    else:
        after, log = getattr(machine, verb)(before, at=at)
    if not log:
        return row
    write_state(row, after, at=at, actor=actor)
    row.save(update_fields=STATE_COLUMNS)
    # The firing says how often the person may decline: once for each time it rang.
    detail = {"firing": row.firing} if verb == "decline" else {}
    EscalationEntry.objects.bulk_create(
        EscalationEntry(escalation=row, at=at, event=line.event, actor=actor, relay_at=at, detail=detail)
        for line in log
    )
    if after.status == machine.ENDED:
        paging.cancel_unsent(escalation_id=row.pk, at=at, with_news=True)
    elif after.status != machine.TRIGGERED:
        paging.cancel_unsent(escalation_id=row.pk, at=at)
    elif verb == "decline" and actor is not None:
        paging.cancel_unsent(escalation_id=row.pk, at=at, user_id=actor.pk)
    if after.status == machine.ACKNOWLEDGED:
        signals.escalation_acknowledged.send(sender=Escalation, escalation=row, at=at, actor=actor)
    wake("pages")
    wake("clocks")
    return row


def state_of(row: Escalation) -> machine.State:
    """The machine's state of a row."""
    return machine.State(
        status=row.state,
        step=row.step,
        round=row.round,
        round_reached=row.round_reached,
        next_at=row.next_at,
        is_exhausted=row.exhausted_at is not None,
    )


def write_state(row: Escalation, state: machine.State, *, at: datetime, actor: User | None) -> None:
    """Copy the machine's state to the row, without saving it."""
    if state.status == EscalationState.ACKNOWLEDGED and row.state != EscalationState.ACKNOWLEDGED:
        row.acknowledged_at, row.acknowledged_by = at, actor
    if state.status == EscalationState.TRIGGERED and row.state != EscalationState.TRIGGERED:
        row.acknowledged_at = row.acknowledged_by = None
    if state.status == EscalationState.ENDED and row.ended_at is None:
        row.ended_at = at
    if state.step == 0 and row.step != 0:
        row.round_firing = row.firing
    row.state = state.status
    row.step, row.round, row.round_reached = state.step, state.round, state.round_reached
    row.next_at = state.next_at
    row.exhausted_at = (row.exhausted_at or at) if state.is_exhausted else None
