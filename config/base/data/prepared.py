"""Statements that PostgreSQL reads and plans once for each connection, for the busiest paths.

Django binds values into the text, so PostgreSQL plans each statement anew: for accepting an alert that is as much
work as running it. Django's own statements stay as they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg._queries import PostgresQuery


class _PreparedCursor(psycopg.Cursor[Any]):
    def _convert_query(self, query: Any, params: Any = None) -> PostgresQuery:
        """Keep the statement where Django's log of queries looks for it; psycopg does so for many rows only."""
        self._query = super()._convert_query(query, params)
        return self._query


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor of Django's connection whose statements are prepared when they first run.

    It raises Django's errors and is logged as any other. The setting `prepare_threshold` of the database says
    when a statement is prepared; None switches it off.
    """
    with connection.cursor():
        pass  # opens the connection, or checks it, as Django does before each cursor
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(_PreparedCursor(connection.connection)) as cursor:  # type: ignore[arg-type]  # the stubs want a wrapper
        yield cursor
