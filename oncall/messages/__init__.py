"""Messages to people that are not pages."""
