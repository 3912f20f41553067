"""Test data: pages in the log of escalations."""

from datetime import datetime
from typing import Any

from tests.factories.escalation import EscalationEntryFactory, EscalationFactory


def log_page(user: Any, at: datetime, *, schedule: Any = None, escalation: Any = None) -> Any:
    """An escalation's log entry: this person was paged, through this schedule."""
    because = {"schedule": schedule.pk} if schedule else {"user": user.pk}
    return EscalationEntryFactory(
        escalation=escalation or EscalationFactory(),
        at=at,
        event="page",
        detail={"people": [{"user": user.pk, "because": because}]},
    )
