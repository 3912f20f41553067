"""Escalation: a pure machine, policies frozen for it, the verbs of people and the sweep of the engine."""

from oncall.escalation.machine import advance
from oncall.escalation.running import acknowledge, end, escalate_now, snooze, trigger, unacknowledge
from oncall.escalation.sweep import fire_due

__all__ = ["acknowledge", "advance", "end", "escalate_now", "fire_due", "snooze", "trigger", "unacknowledge"]
