"""Escalation policies, their simulation, and escalations in the administration."""

from oncall.admin.escalation import escalations, policies

__all__ = ["escalations", "policies"]
