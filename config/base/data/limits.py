"""How often something may be done: counted by who does it and by whom it reaches, whatever becomes of the record."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from config.base.data.lifecycle import Refusal

NAMESPACE = "limit"
HOUR, DAY = 3600, 24 * 3600


class TooMany(Refusal):
    """The limit is reached; the message says when to try again."""


@dataclass(frozen=True)
class Limit:
    """At most `count` times within `seconds`, counted from the first time."""

    count: int
    seconds: int

    @property
    def wait(self) -> str:
        """How long to wait at most, in words."""
        hours, minutes = divmod(-(-self.seconds // 60), 60)
        if hours >= 24:
            return "Try again tomorrow."
        if hours:
            return "Try again in an hour." if hours == 1 else f"Try again in {hours} hours."
        return "Try again in a minute." if minutes == 1 else f"Try again in {minutes} minutes."


def take(action: str, counted: Iterable[tuple[object, Iterable[Limit]]], *, refusal: str) -> None:
    """Count one `action` for each thing it is counted by, as a person and an address.

    The counters stand in the cache under a digest, so they outlive the records. A refused try counts too. Raises
    TooMany, whose message is `refusal` and when to try again.
    """
    # Every counter is raised before any refuses, so that a try at one limit is not free at the others.
    full = [
        limit
        for thing, limits in counted
        for limit in limits
        if _count(f"{NAMESPACE}:{action}:{_digest(thing)}:{limit.seconds}", limit.seconds) > limit.count
    ]
    if full:
        raise TooMany(f"{refusal} {max(full, key=lambda limit: limit.seconds).wait}")


def address_key(address: str) -> str:
    """The same text for every spelling of a mail address or number."""
    folded = "".join(address.split()).casefold()
    local, at, domain = folded.rpartition("@")
    # What follows a plus belongs to the same mailbox.
    return f"{local.partition('+')[0]}@{domain}" if at and local else folded


def _digest(thing: object) -> str:
    return hashlib.sha256(repr(thing).encode()).hexdigest()[:32]


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it ended in between
        cache.set(key, 1, seconds)
        return 1
