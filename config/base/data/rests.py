"""Rows that failed rest before they are tried again, ever longer, so that a bad row costs the others nothing.

For work whose rows have no column for it: one process remembers, and a restart tries everything once more.
"""

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from config.base.data.clock import backoff
from config.base.data.isolation import is_database_away, prepare_each, short_text

logger = logging.getLogger(__name__)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
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


def run_batch(
    name: str,
    keys: Iterable[Key],
    run: Callable[[Sequence[Key]], Mapping[Key, Value]],
    *,
    rests: Rests[Key],
    at: datetime,
) -> dict[Key, Value]:
    """Run a sweep's work for all rows together, and after an error for each alone; returns the results.

    `run` is one transaction. A row that fails is logged by name and rests. Raises only if the database is away.
    """
    results, failed = prepare_each([key for key in keys if not rests.is_resting(key, at)], run)
    for key in results:
        rests.clear(key)
    for key, error in failed.items():
        _put_off(name, key, error, rests=rests, at=at)
    return results


def run_alone(
    name: str, keys: Iterable[Key], run: Callable[[Key], Value], *, rests: Rests[Key], at: datetime
) -> dict[Key, Value]:
    """Run a sweep's work row by row, each in a transaction of its own; otherwise the same as `run_batch`."""
    results: dict[Key, Value] = {}
    for key in keys:
        if rests.is_resting(key, at):
            continue
        try:
            results[key] = run(key)
        except Exception as error:
            if is_database_away(error):
                raise
            _put_off(name, key, error, rests=rests, at=at)
        else:
            rests.clear(key)
    return results


def _put_off(name: str, key: Key, error: Exception, *, rests: Rests[Key], at: datetime) -> None:
    until = rests.put_off(key, at)
    logger.error(
        "sweep.row_failed",
        exc_info=error,
        extra={"sweep": name, "row": str(key), "error": short_text(error), "until": until.isoformat()},
    )
