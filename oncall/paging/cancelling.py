"""Pages that are no longer needed."""

from datetime import datetime

from config.base.data.outbox import OutboxState
from oncall.models import Page


def cancel_unsent(*, escalation_id: int, at: datetime) -> int:
    """End the escalation's waiting pages, in the caller's transaction, and say how many.

    A page that is being sent just now is left to its sender: it has read the state already, and the fence
    records what became of it.
    """
    return Page.objects.filter(escalation=escalation_id, state=OutboxState.PENDING).update(
        state=OutboxState.CANCELLED, ended_at=at
    )
