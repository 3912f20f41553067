"""The moves of an incident's status (the table of `docs/architecture.md`)."""

from config.base.data.lifecycle import Lifecycle

BEFORE_HOLD = ("new", "acknowledged", "in_progress")
"""What an incident can be before it is put on hold."""

HOLD_UNDONE = Lifecycle.of("incident", {"on_hold": " ".join(BEFORE_HOLD)})
"""The way back of a hold that was a mistake: to the status before it. Work that goes on uses the table below."""

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
