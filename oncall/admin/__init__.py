"""The administration of people, standby and paging, a module a subject."""

from oncall.admin import escalations, pages, people, policies, saved_views, schedules, work

__all__ = [
    "escalations",
    "obligations",
    "pages",
    "people",
    "policies",
    "saved_views",
    "schedules",
    "work",
]
