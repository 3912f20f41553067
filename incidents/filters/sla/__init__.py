"""Filters about SLA clocks."""
