"""Obligations: what somebody owes by a date that is not an SLA clock, from owed to done, with its reminders.

An app above registers its kinds of duty in `ready()` and calls `owe`, `fulfil` and `withdraw` from its own
domain functions. Rules that administrators keep say for which records, within how long, who and who is reminded.
"""

from oncall.obligations.closing import dismiss, finish, postpone
from oncall.obligations.creating import complete, create, reassign, withdraw
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
    "finish",
    "postpone",
    "reassign",
    "register",
    "withdraw",
]
