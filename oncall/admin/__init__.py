"""The administration of people, standby and paging, a module a subject."""

from oncall.admin import changes, escalations, pages, people, policies, schedules, work

__all__ = ["changes", "escalations", "pages", "people", "policies", "schedules", "work"]
