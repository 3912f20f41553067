"""Pages of declaring an incident and responding to it."""
