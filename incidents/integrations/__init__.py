"""Senders of alerts and their keys."""
