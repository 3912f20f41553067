"""Pages about SLA clocks."""
