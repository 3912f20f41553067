"""The status lifecycle of an obligation, and how its row is locked."""

from datetime import datetime

from config.base.data.lifecycle import Lifecycle, Refusal
from config.base.data.outbox import OutboxState
from oncall.models import Obligation, ObligationStatus, Reminder, User

OBLIGATION = Lifecycle.of(
    "obligation",
    {
        "open": "done dismissed withdrawn",
        "done": "open",
        "dismissed": "",
        "withdrawn": "open",
    },
)
"""A done or withdrawn obligation may be opened again; a dismissed one stays dismissed."""


class ObligationRefused(Refusal):
    """The action is not possible for this obligation in its present state; the message says what to do instead."""


def locked(obligation_id: int) -> Obligation:
    """The obligation with its row locked; in the lock order it comes after its subject and before its reminders."""
    return (
        Obligation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("rule", "owner", "team")
        .get(pk=obligation_id)
    )


def save(obligation: Obligation, *fields: str, at: datetime) -> None:
    """Save these columns and the time of the change."""
    obligation.updated_at = at
    obligation.save(update_fields=[*fields, "updated_at"])


def end(
    obligation: Obligation, status: ObligationStatus, *, at: datetime, actor: User | None, reason: str = ""
) -> Obligation:
    """End a locked obligation and cancel its waiting reminders. Raises IllegalMove."""
    OBLIGATION.check(obligation.status, status)
    obligation.status, obligation.ended_at, obligation.ended_by = status, at, actor
    obligation.next_reminder_at, obligation.reason = None, reason or obligation.reason
    save(obligation, "status", "ended_at", "ended_by", "next_reminder_at", "reason", at=at)
    cancel_unsent(obligation, at=at)
    return obligation


def cancel_unsent(obligation: Obligation, *, at: datetime) -> None:
    """Cancel the pending reminders; one that is just being sent is left to its sender, as a page is."""
    Reminder.objects.filter(obligation=obligation, state=OutboxState.PENDING).update(
        state=OutboxState.CANCELLED, ended_at=at
    )
