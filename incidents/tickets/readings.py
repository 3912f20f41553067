"""The log of who has read private tickets."""

from datetime import datetime

from config.base.data import acting
from incidents.models import PrivateReading, Ticket, Visibility
from oncall.models import User


def record_reading(*, ticket: Ticket, user: User, at: datetime) -> None:
    """Record that a person reads a private ticket, once in each hour; an open ticket costs nothing.

    Of two requests at once the database keeps one row, and neither waits for the ticket's lock.
    """
    if ticket.visibility != Visibility.PRIVATE:
        return
    hour = at.replace(minute=0, second=0, microsecond=0)
    row = PrivateReading(ticket=ticket, user=user, token_id=acting.token_id(), at=at, hour=hour)
    PrivateReading.objects.bulk_create([row], ignore_conflicts=True)


def latest_readings(ticket: Ticket, *, limit: int) -> list[PrivateReading]:
    """The latest readings of a ticket, the newest first."""
    rows = PrivateReading.objects.filter(ticket=ticket).select_related("user", "token")
    return list(rows.order_by("-at", "-pk")[:limit])
