"""Calendars: public holidays by country, own days off, and days imported from another calendar.

A layer may skip the days of a calendar, or cover only these (R-L1). Dates are rows that are written
once (R-V5a): a later edit of a calendar never changes who was on call on a past day.
"""

from oncall.calendars.dates import (
    add_date,
    change_calendar,
    create_calendar,
    delete_calendar,
    set_dates,
    withdraw_date,
)
from oncall.calendars.ical_import import fetch_calendar, import_dates, read_days
from oncall.calendars.queries import in_use_by, with_counts, years
from oncall.calendars.top_up import top_up_due

__all__ = [
    "add_date",
    "change_calendar",
    "create_calendar",
    "delete_calendar",
    "fetch_calendar",
    "import_dates",
    "in_use_by",
    "read_days",
    "set_dates",
    "top_up_due",
    "with_counts",
    "withdraw_date",
    "years",
]
