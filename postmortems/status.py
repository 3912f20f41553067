"""The moves of a postmortem's status."""

from config.base.data.lifecycle import Lifecycle

POSTMORTEM = Lifecycle.of(
    "postmortem",
    {
        "draft": "in_review",
        "in_review": "draft approved",
        # If it turns out to be wrong, it becomes a draft again.
        "approved": "draft published closed",
        "published": "approved closed",
        # A public text can be withdrawn at any time.
        "closed": "approved",
    },
)
