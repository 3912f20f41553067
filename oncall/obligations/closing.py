"""What people do with an obligation: say that it is done, put it off, or dismiss it with a reason."""

from datetime import datetime

from django.db import transaction

from config.base.data.text import clean_lines
from oncall.models import DismissedBy, DismissedWhen, Obligation, ObligationStatus, User
from oncall.obligations import kinds
from oncall.obligations.creating import replan
from oncall.obligations.status import ObligationRefused, end, locked


@transaction.atomic
def finish(*, obligation_id: int, actor: User, at: datetime) -> Obligation:
    """Say that it is done. Raises ObligationRefused where the record's own verb ends it, IllegalMove if it is over."""
    obligation = locked(obligation_id)
    duty = kinds.get(obligation.kind)
    if obligation.is_open and not duty.by_hand:
        raise ObligationRefused(f"This ends by itself when {duty.done_when}. Open the record and do it there.")
    end(obligation, ObligationStatus.DONE, at=at, actor=actor)
    if duty.when_done is not None:
        duty.when_done(obligation=obligation, actor=actor, at=at)
    return obligation


@transaction.atomic
def dismiss(*, obligation_id: int, reason: str, actor: User, at: datetime) -> Obligation:
    """Say that it need not be done. Raises ObligationRefused as its rule says; who may is asked by the permissions."""
    obligation = locked(obligation_id)
    rule = obligation.rule
    reason = clean_lines(reason)
    if rule.dismissed_by == DismissedBy.NOBODY:
        raise ObligationRefused(
            f"The rule {rule.name} lets nobody dismiss this. A practice owner can change the rule."
        )
    if rule.dismissed_when == DismissedWhen.OVERDUE and obligation.due_at >= at:
        raise ObligationRefused("This can be dismissed once it is overdue. Until then, please do it or ask for help.")
    if rule.needs_reason and not reason:
        raise ObligationRefused("Say why it need not be done. Whoever asks later reads it.")
    return end(obligation, ObligationStatus.DISMISSED, at=at, actor=actor, reason=reason)


@transaction.atomic
def postpone(*, obligation_id: int, due_at: datetime, reason: str, actor: User, at: datetime) -> Obligation:
    """Put it off to a later time, with a reason; its reminders begin anew. Raises ObligationRefused."""
    obligation = locked(obligation_id)
    reason = clean_lines(reason)
    if not obligation.is_open:
        raise ObligationRefused(
            f"This is {obligation.get_status_display().lower()} already, so there is nothing to put off."
        )
    if not kinds.get(obligation.kind).by_hand:
        raise ObligationRefused("The record itself says when this is due. Change the date there.")
    if due_at <= max(at, obligation.due_at):
        raise ObligationRefused("Choose a time that lies ahead and after the one it has.")
    if not reason:
        raise ObligationRefused("Say why it is put off.")
    obligation.reason = reason
    replan(obligation, due_at=due_at, at=at)
    return obligation
