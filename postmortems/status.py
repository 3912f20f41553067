"""The moves of a postmortem's status."""

from config.base.data.lifecycle import Lifecycle

POSTMORTEM = Lifecycle.of(
    "postmortem",
    {
        "draft": "in_review",
        "in_review": "draft approved",
        # Found wrong after all, it goes back to those who write.
        "approved": "draft published closed",
        "published": "approved closed",
        # A public text can be taken back at any time.
        "closed": "approved",
    },
)
