"""Alerts and the incident that they belong to."""
