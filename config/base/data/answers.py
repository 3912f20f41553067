"""Answers that are kept with their effect for a day: a request that is sent again is answered, not done again."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

RETENTION = timedelta(hours=24)
"""How long an answer is kept at least."""
SHOWN_ONCE = "The key was shown in the first answer only. If you did not see it, revoke it and make another one."
"""What a repeat is told of an answer that held a key; such an answer is not kept."""


def rows() -> Any:
    """The model belongs to a layer above; the user model leads to it."""
    return get_user_model()._meta.get_field("idempotent_requests").related_model


def take_key(name: str) -> bool:
    """Hold the key until the transaction ends; False if another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def await_key(name: str) -> None:
    """Hold the key until the transaction ends; waits for another transaction that holds it.

    Raises OperationalError after the time that the database waits for a lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
