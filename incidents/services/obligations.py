"""Obligations of services: ready for their next incident."""

from oncall.models import OwedBy, Reminded, ReminderSide, TimeUnit
from oncall.obligations import Duty, Standard, StandardReminder

READINESS = "readiness"
READINESS_DUTY = Duty(
    kind=READINESS,
    label="Readiness",
    moment="the check failed",
    done_when="the check passes",
    standard=(
        Standard(
            name="Readiness of services",
            amount=2,
            owed_by=OwedBy.MANAGER,
            reminders=(
                StandardReminder(1),
                StandardReminder(0, TimeUnit.MINUTES),
                StandardReminder(2, TimeUnit.DAYS, ReminderSide.AFTER, Reminded.PRACTICE),
            ),
        ),
    ),
)
