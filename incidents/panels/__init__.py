"""Panels that incidents add to pages, a module for each subject, and what they add to the search."""

from incidents import search
from incidents.panels import clocks, customers, desk, my_work, prevention, requesters, services, tickets


def register() -> None:
    """Add the panels of every subject, and the kinds of the search; called from `ready()`."""
    for subject in (clocks, customers, desk, my_work, prevention, requesters, services, tickets):
        subject.register()
    search.register()
