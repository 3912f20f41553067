"""The administration of people, standby and paging, a module a subject."""

from oncall.admin import escalations, obligations, pages, people, policies, schedules, wellbeing, work

__all__ = ["escalations", "obligations", "pages", "people", "policies", "schedules", "wellbeing", "work"]
