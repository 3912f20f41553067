"""Pages of overrides, swaps and time off."""
