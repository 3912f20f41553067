"""Panels that incidents add to pages, a module for each subject."""

from incidents.panels import clocks, customers, desk, my_work, prevention, services, tickets


def register() -> None:
    """Add the panels of every subject; called from `ready()`."""
    for subject in (clocks, customers, desk, my_work, prevention, services, tickets):
        subject.register()
