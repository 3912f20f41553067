"""SLA clocks: promises that are computed from the timeline and from dated definitions (K-1)."""
