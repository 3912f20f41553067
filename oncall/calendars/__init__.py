"""Calendars: public holidays by country, a company's own days, and days read from another calendar.

A layer may leave the days of a calendar out, or cover nothing else (R-L1). Dates are rows that are written
once (R-V5a): what was served on a day never changes because somebody edits a calendar later.
"""

from oncall.calendars.dates import (
    add_date,
    change_calendar,
    create_calendar,
    delete_calendar,
    set_dates,
    withdraw_date,
)
from oncall.calendars.ical_import import fetch, import_dates, read
from oncall.calendars.queries import counted, in_use_by, years
from oncall.calendars.top_up import top_up_due

__all__ = [
    "add_date",
    "change_calendar",
    "counted",
    "create_calendar",
    "delete_calendar",
    "fetch",
    "import_dates",
    "in_use_by",
    "read",
    "set_dates",
    "top_up_due",
    "withdraw_date",
    "years",
]
