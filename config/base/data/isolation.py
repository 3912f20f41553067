"""Work over many rows in which one bad row never stops the others (paging rule 7).

Preparing a batch together costs few queries. If that fails, each row is prepared alone: the bad one is known by
name, and the others go on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

CONFLICTS = frozenset({"40P01", "40001", "55P03"})
"""SQLSTATE of a deadlock, a failed serialization, and a lock that was held too long."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def prepare_each(
    keys: Iterable[Key], prepare: Callable[[Sequence[Key]], Mapping[Key, Value]]
) -> tuple[dict[Key, Value], dict[Key, Exception]]:
    """What `prepare` returns for the keys, and the error of each key that it fails for.

    `prepare` is called once with all keys, and after any error once for each key, inside a savepoint where there is
    a transaction. Raises what `is_database_away` accepts: then no row is to blame.
    """
    remaining = list(keys)
    if not remaining:
        return {}, {}
    try:
        with _savepoint():
            return dict(prepare(remaining)), {}
    except Exception as error:
        if is_database_away(error):
            raise
    prepared: dict[Key, Value] = {}
    failed: dict[Key, Exception] = {}
    for key in remaining:
        try:
            with _savepoint():
                prepared |= prepare([key])
        except Exception as error:
            if is_database_away(error):
                raise
            failed[key] = error
    return prepared, failed


def is_database_away(error: Exception) -> bool:
    """Whether the error is the connection's and not a row's; a lock that was held too long is neither."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return connection.in_atomic_block or not connection.is_usable()


def is_conflict(error: Exception) -> bool:
    """Whether another transaction was in the way: trying again in a moment helps, and no row is to blame (F10)."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in CONFLICTS


def short_text(error: Exception) -> str:
    """The error in at most 300 characters, for a row's `failure`."""
    # PostgreSQL's texts cannot hold a NUL, and a second failure here would hide the first.
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:300]


def _savepoint() -> AbstractContextManager[object]:
    # Outside a transaction every query is one of its own: BEGIN and COMMIT around it would only cost.
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
