"""Escalation: a pure state machine, frozen policies, the actions of people and the engine's sweep."""

from oncall.escalation.machine import advance
from oncall.escalation.running import (
    acknowledge,
    decline,
    end,
    escalate_now,
    hand_over,
    snooze,
    trigger,
    unacknowledge,
)
from oncall.escalation.sweep import fire_due
from oncall.escalation.urgency import change_urgency, people_of_firing

__all__ = [
    "acknowledge",
    "advance",
    "change_urgency",
    "decline",
    "end",
    "escalate_now",
    "fire_due",
    "hand_over",
    "people_of_firing",
    "snooze",
    "trigger",
    "unacknowledge",
]
