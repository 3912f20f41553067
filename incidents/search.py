"""The kinds of records of this app in global search."""

from config.base.data import search
from incidents.requesters.search import KIND as REQUESTERS
from incidents.services.search import KIND as SERVICES
from incidents.tickets.search import KIND as TICKETS


def register() -> None:
    """Add them."""
    for kind in (TICKETS, SERVICES, REQUESTERS):
        search.register(kind)
