"""Lists of one subject, as tabs beside the title of each."""

COVER = (("oncall:overrides", "Overrides"), ("oncall:swaps", "Swaps"), ("oncall:time-off", "Time off"))
ROTA = (
    ("oncall:schedules", "Schedules"),
    ("oncall:calendars", "Calendars"),
    ("oncall:handoff-notes", "Handoff notes"),
)
PEOPLE = (
    ("oncall:teams", "Teams"),
    ("oncall:users", "People"),
    ("oncall:service-accounts", "Service accounts"),
    ("oncall:who-can", "Who can do what"),
)
PAGING = (("oncall:system-health", "System health"), ("oncall:pages", "Pages"), ("oncall:escalations", "Escalations"))
TASKS = (("oncall:my-tasks", "My tasks"), ("oncall:team-tasks", "Tasks of the team"))
