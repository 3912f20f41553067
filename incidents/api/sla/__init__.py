"""Endpoints about SLA clocks."""
