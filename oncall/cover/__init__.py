"""Exceptions to the rotation: overrides, swaps, time off, and rest after a hard night."""
