"""Telling those who have an incident what is new in it, without asking them for an answer (R-E7a)."""

from datetime import datetime

from incidents.models import Ticket
from oncall.models import User


def tell_responders(*, ticket: Ticket, text: str, at: datetime, actor: User | None = None) -> None:
    """Tell the people who have the incident something new; `actor` knows it already."""
