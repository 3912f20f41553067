"""The form of a severity, whole, and what its page shows beside it."""
