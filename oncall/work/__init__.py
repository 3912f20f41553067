"""Minutes people worked."""
