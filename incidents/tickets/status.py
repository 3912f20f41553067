"""The moves of an incident's status (the table of `docs/architecture.md`)."""

from config.base.data.lifecycle import Lifecycle

INCIDENT = Lifecycle.of(
    "incident",
    {
        "new": "acknowledged in_progress on_hold restored closed",
        "acknowledged": "in_progress on_hold restored closed",
        "in_progress": "on_hold restored closed",
        "on_hold": "in_progress restored closed",
        "restored": "in_progress resolved",
        "resolved": "closed in_progress",
        # Reopening continues the same record.
        "closed": "in_progress",
    },
)
