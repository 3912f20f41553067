"""Badges: severities as blocks, statuses as a shape and a word, all other values as chips (docs/design.md)."""

from functools import lru_cache

from django.utils.safestring import SafeString

from config.base.web.icons import icon
from config.base.web.markup import fill

# Each status of a ticket has a shape, so that color is only the second hint.
_STATUS_ICONS = {
    "new": "circle-dashed",
    "acknowledged": "circle-dot",
    "in_progress": "circle-half-2",
    "on_hold": "player-pause",
    "restored": "circle-check",
    "resolved": "progress-check",
    "closed": "circle-x",
    "assessed": "circle-dot",
    "analysis": "circle-half-2",
    "known_error": "bulb",
    "fix_in_progress": "tool",
}

_CHIPS: dict[str, dict[str, str]] = {
    "red": {
        "sla": "breached",
        "component": "major_outage",
        "impact": "critical",
        "unowned": "yes",
        "escalation": "triggered",
        "page": "failed dead",
        "outcome": "rejected",
        "alert": "open",
        "obligation": "overdue",
    },
    "orange": {"component": "partial_outage", "impact": "major", "page": "unknown", "escalation": "snoozed"},
    "yellow": {
        "sla": "paused",
        "component": "degraded_performance",
        "impact": "minor",
        "phase": "investigating",
        "plain": "demo priority private",
        "outcome": "stale ignored",
        "wait": "yes",
        "action": "open",
        "swap": "awaiting_approval open",
        "postmortem": "draft",
        "obligation": "open",
        "waiver": "asked",
        "vip": "yes",
    },
    "blue": {
        "sla": "running",
        "component": "under_maintenance",
        "phase": "identified monitoring",
        "maintenance": "scheduled in_progress verifying",
        "alert": "acknowledged",
        "page": "sending pending",
        "escalation": "acknowledged",
        "swap": "offered",
        "standing": "coming",
        "offer": "pending",
        "postmortem": "in_review",
    },
    "green": {
        "sla": "met",
        "component": "operational",
        "phase": "resolved postmortem",
        "maintenance": "completed",
        "page": "accepted delivered",
        "good": "yes",
        "outcome": "opened closed",
        "action": "done",
        "known": "published",
        "swap": "accepted",
        "standing": "running",
        "offer": "accepted",
        "postmortem": "approved published",
        "obligation": "done",
        "waiver": "approved",
    },
}
_COLORS = {
    (family, value): color
    for color, families in _CHIPS.items()
    for family, values in families.items()
    for value in values.split()
}


_CLOCK_ICONS = {
    "running": "clock",
    "soon": "clock",
    "urgent": "clock-exclamation",
    "broken": "alert-triangle",
    "paused": "clock-pause",
    "closed": "moon-stars",
    "met": "circle-check",
    "ended": "circle-x",
}


@lru_cache(maxsize=1024, typed=True)
def clock_face(state: str, words: object) -> SafeString:
    """The face of a clock: a shape for its state, and its words."""
    return fill('<span class="hf-clock is-{}">{}{}</span>', state, icon(_CLOCK_ICONS.get(state, "clock")), words)


@lru_cache(maxsize=256, typed=True)
def severity_badge(rank: object, name: object) -> SafeString:
    """A severity's name on the ground of its rank; only the first is loud."""
    return fill('<span class="hf-sev is-{}">{}</span>', rank, name)


@lru_cache(maxsize=64, typed=True)
def status_badge(status: object, label: object) -> SafeString:
    """A ticket's status: its shape and its word."""
    name = str(status)
    return fill(
        '<span class="hf-state is-{}">{}{}</span>',
        name.replace("_", "-"), icon(_STATUS_ICONS.get(name, "circle-dot")), label,
    )  # fmt: skip


def chip(family: str, value: object, label: object) -> SafeString:
    """A pill for a relation or a result; a value without a color of its own is grey."""
    color = _COLORS.get((family, str(value)), "")
    return fill('<span class="hf-chip{}">{}</span>', f" is-{color}" if color else "", label)


def badge(family: str, value: object, label: object) -> SafeString:
    """The badge of a value of a fixed set."""
    if family == "severity":
        return severity_badge(value, label)
    if family == "status":
        return status_badge(value, label)
    return chip(family, value, label)
