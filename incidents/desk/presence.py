"""Who else has a ticket open: kept in the cache for seconds, never in the database.

Each open page says so again whenever it refreshes. A lost cache only shows nobody until the next refresh.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from incidents.models import Ticket
from oncall.models import User

SEEN_FOR = timedelta(seconds=25)
_MAX_PEOPLE = 30


@dataclass(frozen=True)
class Reader:
    """A person who has the ticket open, and whether they are writing."""

    pk: int
    name: str
    at: datetime
    is_writing: bool


def enter(*, ticket: Ticket, user: User, at: datetime, is_writing: bool = False) -> list[Reader]:
    """Say that `user` has the ticket open; returns the others who had it open in the last 25 seconds, by name."""
    key = f"presence.{ticket.pk}"
    stored = cache.get(key)
    readers: dict[int, Reader] = stored if isinstance(stored, dict) else {}
    recent = {pk: reader for pk, reader in readers.items() if at - reader.at < SEEN_FOR}
    others = sorted((reader for pk, reader in recent.items() if pk != user.pk), key=lambda reader: reader.name)
    rows = {reader.pk: reader for reader in others[: _MAX_PEOPLE - 1]}
    rows[user.pk] = Reader(user.pk, user.name, at, is_writing)
    cache.set(key, rows, int(SEEN_FOR.total_seconds()))
    return others
