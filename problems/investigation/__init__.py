"""From an incident to its causes, and to their end."""
