"""Why it happened, and that it does not happen again."""
