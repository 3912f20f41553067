"""People who ask for help."""
