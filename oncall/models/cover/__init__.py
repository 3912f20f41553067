"""Exceptions to the rotation: overrides, swaps, time off and rest."""
