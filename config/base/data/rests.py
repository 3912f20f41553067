"""Rows that failed rest before they are tried again, ever longer, so that a bad row costs the others nothing.

For work whose rows have no column for it: one process remembers, and a restart tries everything once more.
"""

from collections.abc import Hashable
from datetime import datetime
from typing import Generic, TypeVar

from config.base.data.clock import backoff

Key = TypeVar("Key", bound=Hashable)
MAX_KEYS = 1_000


class Rests(Generic[Key]):
    """Which rows rest, and until when. Times are those of the caller; `first` and `longest` are seconds."""

    def __init__(self, *, first: float = 5.0, longest: float = 600.0) -> None:
        self._first = first
        self._longest = longest
        self._failures: dict[Key, int] = {}
        self._until: dict[Key, datetime] = {}

    def resting(self, at: datetime) -> list[Key]:
        """The rows that are not to be tried at `at`."""
        return [key for key, until in self._until.items() if until > at]

    def is_resting(self, key: Key, at: datetime) -> bool:
        """Whether this row is not to be tried at `at`."""
        until = self._until.get(key)
        return until is not None and until > at

    def put_off(self, key: Key, at: datetime) -> datetime:
        """Note that the row failed at `at`; returns when its rest ends."""
        if key not in self._until and len(self._until) >= MAX_KEYS:
            self.clear(next(iter(self._until)))
        self._failures[key] = self._failures.get(key, 0) + 1
        self._until[key] = at + backoff(self._failures[key], first=self._first, longest=self._longest)
        return self._until[key]

    def clear(self, key: Key) -> None:
        """Note that the row is fine again."""
        self._failures.pop(key, None)
        self._until.pop(key, None)
