"""Escalation: a pure state machine, frozen policies, the actions of people and the engine's sweep."""

from oncall.escalation.machine import advance
from oncall.escalation.running import acknowledge, end, escalate_now, snooze, trigger, unacknowledge
from oncall.escalation.sweep import fire_due

__all__ = ["acknowledge", "advance", "end", "escalate_now", "fire_due", "snooze", "trigger", "unacknowledge"]
