"""Conflicts of transactions: a deadlock, a failed serialization or a lock that was not had in time.

The other transaction ends in a moment, so the whole call is made again. That belongs at the outermost edge alone:
within a transaction there is nothing left to repeat (paging rule 17).
"""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

TRIES = 3
PAUSE_SECONDS = 0.05
"""The longest pause before the second try; before the third it is twice as long."""
RETRY_AFTER_SECONDS = 3
_SQLSTATES = frozenset({"40P01", "40001", "55P03"})

_P = ParamSpec("_P")
_R = TypeVar("_R")


def is_conflict(error: BaseException) -> bool:
    """Whether the database refused only because another transaction was in the way."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in _SQLSTATES


def retry_conflicts(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, called up to three times while it ends in a conflict; the last one is raised.

    It must have written nothing when it fails: all that it writes is one transaction, or does no harm twice. Within
    a transaction it is called once.
    """

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        tries = 1 if connection.in_atomic_block else TRIES
        for attempt in range(1, tries):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not is_conflict(error):
                    raise
                logger.warning("database.conflict", extra={"attempt": attempt, "error": str(error)[:300]})
            # Jitter, so that two that met do not meet again.
            time.sleep(random.uniform(0.2, 1) * PAUSE_SECONDS * attempt)  # noqa: S311 - jitter is no secret
        return function(*args, **kwargs)

    return call
