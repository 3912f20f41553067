"""Tables about SLA clocks."""
