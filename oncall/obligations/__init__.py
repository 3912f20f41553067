"""Obligations: tasks with a due date that is not an SLA clock, from open to done, with their reminders.

An app above registers its kinds of obligation in `ready()` and calls `create`, `complete` and `withdraw` from its
own domain functions. Rules that administrators write say for which records, within how long, who must do it and
who is reminded. Screens call an obligation a task.
"""

from oncall.obligations.closing import dismiss, mark_done, postpone
from oncall.obligations.creating import complete, create, reassign, reschedule, withdraw
from oncall.obligations.kinds import DefaultReminder, DefaultRule, ObligationKind, end_of_day, register
from oncall.obligations.status import OBLIGATION, ObligationRefused

__all__ = [
    "OBLIGATION",
    "DefaultReminder",
    "DefaultRule",
    "ObligationKind",
    "ObligationRefused",
    "complete",
    "create",
    "dismiss",
    "end_of_day",
    "mark_done",
    "postpone",
    "reassign",
    "register",
    "reschedule",
    "withdraw",
]
