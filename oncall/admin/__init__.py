"""The administration of people, standby and paging, a module a subject."""

from oncall.admin import calendars, escalations, pages, people, policies, schedules, work

__all__ = ["calendars", "escalations", "pages", "people", "policies", "schedules", "work"]
