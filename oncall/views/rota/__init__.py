"""Pages of who is on call."""
