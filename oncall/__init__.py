"""People, on-call schedules, and how pages reach people."""
