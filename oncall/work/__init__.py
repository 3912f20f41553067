"""Records how long people work on something."""
