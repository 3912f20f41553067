"""What people do with an obligation: mark it done, postpone it, or dismiss it with a reason."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from oncall.models import DismissedBy, DismissedWhen, Obligation, ObligationStatus, User
from oncall.obligations import kinds
from oncall.obligations.creating import replan
from oncall.obligations.status import ObligationRefused, end, locked


@transaction.atomic
def mark_done(*, obligation_id: int, actor: User, at: datetime) -> Obligation:
    """Mark it done. Raises ObligationRefused where an action on the record ends it, IllegalMove if it has ended."""
    obligation = locked(obligation_id)
    kind = kinds.get(obligation.kind)
    if obligation.is_open and not kind.by_hand:
        raise ObligationRefused(f"This task closes when {kind.done_when}. Open the record and do it there.")
    end(obligation, ObligationStatus.DONE, at=at, actor=actor)
    if kind.when_done is not None:
        kind.when_done(obligation=obligation, actor=actor, at=at)
    return obligation


@transaction.atomic
def dismiss(*, obligation_id: int, reason: str, actor: User, at: datetime) -> Obligation:
    """Close it without doing it, as its rule allows. Raises ObligationRefused; the caller checks permissions."""
    obligation = locked(obligation_id)
    rule = obligation.rule
    reason = clean_lines(reason)
    if rule.dismissed_by == DismissedBy.NOBODY:
        raise ObligationRefused(
            f"The rule {rule.name} lets nobody dismiss this task. A practice owner can change the rule."
        )
    if rule.dismissed_when == DismissedWhen.OVERDUE and obligation.due_at >= at:
        raise ObligationRefused("You can dismiss this task once it is overdue. Until then, do it or ask for help.")
    if rule.needs_reason and not reason:
        raise ObligationRefused("Write why this task is not needed. The reason stays on the record.", field="reason")
    return end(obligation, ObligationStatus.DISMISSED, at=at, actor=actor, reason=reason)


@transaction.atomic
def postpone(*, obligation_id: int, due_at: datetime, reason: str, actor: User, at: datetime) -> Obligation:
    """Move its due time later, with a reason; its reminders start again. Raises ObligationRefused."""
    obligation = locked(obligation_id)
    reason = clean_lines(reason)
    if not obligation.is_open:
        raise ObligationRefused(
            f"This task is already {obligation.get_status_display().lower()}, so it cannot be postponed."
        )
    if not kinds.get(obligation.kind).by_hand:
        raise ObligationRefused("The record sets the due date of this task. Change the date there.")
    if due_at <= max(at, obligation.due_at):
        raise ObligationRefused("Choose a time in the future that is later than the present due time.", field="due_at")
    if not reason:
        raise ObligationRefused("Write why this task is postponed.", field="reason")
    obligation.reason = reason
    replan(obligation, due_at=due_at, at=at)
    return obligation
