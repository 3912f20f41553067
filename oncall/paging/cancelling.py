"""Cancels pages that are no longer needed."""

from datetime import datetime

from config.base.data.outbox import OutboxState
from oncall.models import Page


def cancel_unsent(*, escalation_id: int, at: datetime) -> int:
    """Cancel the escalation's pending pages, in the caller's transaction, and return how many.

    A page that is just being sent is left to its sender: it has already read the state, and the fence records
    its outcome.
    """
    return Page.objects.filter(escalation=escalation_id, state=OutboxState.PENDING).update(
        state=OutboxState.CANCELLED, ended_at=at
    )
