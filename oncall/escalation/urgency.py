"""A changed notification urgency of a running escalation: who is paged again (R-E7a)."""

from datetime import datetime

from django.db import transaction

from oncall import paging
from oncall.escalation import machine
from oncall.escalation.freezing import ack_timeout
from oncall.escalation.running import STATE_COLUMNS, lock, state_of, write_state
from oncall.models import (
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationState,
    Page,
    Purpose,
    Urgency,
    User,
)
from oncall.wake import wake


@transaction.atomic
def change_urgency(*, escalation_id: int, urgency: str, priority: int, at: datetime, actor: User | None) -> Escalation:
    """Give a running escalation another urgency and priority; without effect once it has ended.

    A higher urgency pages the people of the current firing again, under their rules for it; ends a snooze; and
    lets the time-out of an acknowledgement run anew. The caller tells the person who has it (`paging.tell`).
    """
    row = lock(escalation_id)
    if row.state == EscalationState.ENDED:
        return row
    is_raised = row.urgency == Urgency.LOW and urgency == Urgency.HIGH
    row.urgency, row.priority = urgency, priority
    before = state_of(row)
    entries: list[EscalationEntry] = []
    if is_raised and (before.status != machine.TRIGGERED or machine.has_fired(before)):
        after, _ = machine.raise_urgency(before, at=at, timeout=ack_timeout(row.frozen_policy))
        write_state(row, after, at=at, actor=actor)
        detail = {"was": before.status}
        entries.append(_entry(row, EscalationEvent.URGENCY, at=at, actor=actor, relay_at=at, detail=detail))
        if before.status == machine.TRIGGERED:
            entries += _page_again(row, at=at)
        wake("pages")
        wake("clocks")
    row.save(update_fields=[*STATE_COLUMNS, "urgency", "priority"])
    EscalationEntry.objects.bulk_create(entries)
    return row


def people_of_firing(row: Escalation) -> list[int]:
    """The people whom the current firing rang and who have not declined since, in order; active accounts only."""
    rang = Page.objects.filter(
        escalation=row, firing=row.firing, purpose=Purpose.RING, user__is_active=True
    ).order_by("pk").values_list("user", flat=True)  # fmt: skip
    declined = EscalationEntry.objects.filter(
        escalation=row, event=EscalationEvent.DECLINE, detail__firing=row.firing
    ).values("actor")
    return list(dict.fromkeys(rang.exclude(user__in=declined)))


def _page_again(row: Escalation, *, at: datetime) -> list[EscalationEntry]:
    """A new firing for the people of the current one; step, round and the next due time stay."""
    people = people_of_firing(row)
    if not people:
        return []
    last = EscalationEntry.objects.filter(escalation=row, event=EscalationEvent.PAGE).order_by("-pk").first()
    because = {person["user"]: person["because"] for person in last.detail["people"]} if last else {}
    row.firing += 1
    paging.create_pages(escalation=row, firing=row.firing, users=people, at=at)
    detail = {
        "firing": row.firing,
        "people": [{"user": pk, "because": because.get(pk, {})} for pk in people],
    }
    step = {"step": last.step, "round": last.round} if last else {}
    return [_entry(row, EscalationEvent.PAGE, at=at, detail=detail, **step)]


def _entry(row: Escalation, event: EscalationEvent, **columns: object) -> EscalationEntry:
    return EscalationEntry(escalation=row, event=event, **columns)
