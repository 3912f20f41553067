"""The obligation to fix a failing readiness check of a service."""

from oncall.models import AssignedTo, Reminded, ReminderSide, TimeUnit
from oncall.obligations import DefaultReminder, DefaultRule, ObligationKind

READINESS = "readiness"
READINESS_KIND = ObligationKind(
    kind=READINESS,
    label="Readiness",
    moment="the check failed",
    done_when="the check passes",
    default_rules=(
        DefaultRule(
            name="Readiness of services",
            amount=2,
            assigned_to=AssignedTo.MANAGER,
            reminders=(
                DefaultReminder(1),
                DefaultReminder(0, TimeUnit.MINUTES),
                DefaultReminder(2, TimeUnit.DAYS, ReminderSide.AFTER, Reminded.PRACTICE),
            ),
        ),
    ),
)
