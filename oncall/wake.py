"""Waking a lane: NOTIFY in the transaction that made a row due, heard at its commit and not before."""

from django.db import connection

LANES = ("pages", "intake", "clocks")


def channel_of(lane: str) -> str:
    """The name a lane listens on."""
    return f"holdfast_{lane}"


def wake(lane: str) -> None:
    """Ask the lane to look now instead of within a second; part of the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel_of(lane)])
