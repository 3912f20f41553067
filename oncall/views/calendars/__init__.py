"""Pages of calendars: their days off, and their opening hours."""
