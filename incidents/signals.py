"""Signals for the apps above, which connect to them in their `receivers.py`."""

from django.dispatch import Signal

incident_restored = Signal()
"""ticket, at, actor; sent inside the transaction, with the ticket locked"""
