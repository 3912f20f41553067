"""Messages to people that are no pages."""
