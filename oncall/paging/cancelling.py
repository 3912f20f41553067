"""Cancels pages that are no longer needed."""

from datetime import datetime

from config.base.data.outbox import OutboxState
from oncall.models import Page, Purpose


def cancel_unsent(*, escalation_id: int, at: datetime, user_id: int | None = None, with_news: bool = False) -> int:
    """Cancel the escalation's pending pages, in the caller's transaction, and return how many.

    All of them, or one person's. News asks for no answer, so an answer leaves it; `with_news`, once the escalation
    has ended, cancels it too, but not a page in which other news waits (R-E7a). A page that is just being sent is
    left to its sender: it has already read the state, and the fence records its outcome.
    """
    pages = Page.objects.filter(escalation=escalation_id, state=OutboxState.PENDING)
    if user_id is not None:
        pages = pages.filter(user=user_id)
    pages = pages.filter(count=1) if with_news else pages.filter(purpose=Purpose.RING)
    return pages.update(state=OutboxState.CANCELLED, ended_at=at)
