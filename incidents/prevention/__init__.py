"""Restored is not resolved: conditions, action items and decisions."""
