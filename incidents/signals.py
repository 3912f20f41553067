"""News for the apps above; they listen in their `receivers.py`."""

from django.dispatch import Signal

incident_restored = Signal()
"""ticket, at, actor; sent inside the transaction, with the ticket locked"""
