"""The administration, a module a subject."""

from oncall.admin import (
    access,
    calendars,
    cover,
    engine,
    escalation,
    feeds,
    messages,
    obligations,
    paging,
    people,
    readiness,
    rota,
    saved_views,
    schedules,
    work,
)

__all__ = [
    "access",
    "calendars",
    "cover",
    "engine",
    "escalation",
    "feeds",
    "messages",
    "obligations",
    "paging",
    "people",
    "readiness",
    "rota",
    "saved_views",
    "schedules",
    "work",
]
