"""The administration of people, standby and paging, a module a subject."""

from oncall.admin import (
    calendars,
    changes,
    escalations,
    obligations,
    pages,
    people,
    policies,
    saved_views,
    schedules,
    wellbeing,
    work,
)

__all__ = [
    "calendars",
    "changes",
    "escalations",
    "obligations",
    "pages",
    "people",
    "policies",
    "saved_views",
    "schedules",
    "wellbeing",
    "work",
]
