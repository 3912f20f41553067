"""Wake a lane: NOTIFY in the transaction that makes a row due; it takes effect at the commit."""

from django.db import connection

LANES = ("pages", "intake", "clocks")


def channel_of(lane: str) -> str:
    """The NOTIFY channel that a lane listens on."""
    return f"holdfast_{lane}"


def wake(lane: str) -> None:
    """Make the lane check now instead of within a second; part of the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel_of(lane)])
