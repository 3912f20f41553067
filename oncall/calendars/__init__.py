"""Calendars: opening hours, public holidays by country, own days off, and days imported from another calendar.

A layer may skip the days of a calendar, or cover only these (R-L1). Dates are rows that are written
once (R-V5a): a later edit of a calendar never changes who was on call on a past day. Opening hours are versions of
the same kind (K-14); `opening_hours` answers whether a minute is open.
"""

from oncall.calendars.dates import (
    add_date,
    change_calendar,
    create_calendar,
    delete_calendar,
    set_dates,
    withdraw_date,
)
from oncall.calendars.hours_loading import load_opening_hours
from oncall.calendars.ical_import import fetch_calendar, import_dates, read_days
from oncall.calendars.queries import with_counts, years
from oncall.calendars.top_up import top_up_due
from oncall.calendars.uses import used_by
from oncall.calendars.versions import add_version, planned_versions, version_in_force, withdraw_version
from oncall.calendars.whole_calendars import hours_of, last_hours, save_calendar

__all__ = [
    "add_date",
    "add_version",
    "change_calendar",
    "create_calendar",
    "delete_calendar",
    "fetch_calendar",
    "hours_of",
    "import_dates",
    "last_hours",
    "load_opening_hours",
    "planned_versions",
    "read_days",
    "save_calendar",
    "set_dates",
    "top_up_due",
    "used_by",
    "version_in_force",
    "with_counts",
    "withdraw_date",
    "withdraw_version",
    "years",
]
