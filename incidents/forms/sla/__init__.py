"""Forms about SLA clocks."""
