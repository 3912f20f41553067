"""The moves of a problem's status."""

from config.base.data.lifecycle import Lifecycle

PROBLEM = Lifecycle.of(
    "problem",
    {
        "new": "assessed analysis closed",
        "assessed": "analysis known_error closed",
        "analysis": "known_error fix_in_progress resolved closed",
        "known_error": "analysis fix_in_progress resolved closed",
        "fix_in_progress": "analysis known_error resolved closed",
        "resolved": "closed analysis",
        # Only while the cause remains: `lifecycle.reopen` checks the closure code.
        "closed": "analysis",
    },
)
