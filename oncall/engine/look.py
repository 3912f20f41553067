"""A lane's look: one prepared statement says what time it is and when each of its sweeps has work.

A site at rest looks once a second in each lane, so this is what rest costs. Each sweep names the moment of its
nearest row in SQL (`due` in `register_sweep`), and the lane runs only those whose moment has come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class Look:
    """What one look found: the database's clock, and the nearest moment of each sweep; None where no row waits."""

    at: datetime
    moments: Mapping[str, datetime | None]

    def is_due(self, name: str) -> bool:
        """Whether the sweep has work now. One that names no moment may always have some."""
        moment = self.moments.get(name, self.at)
        return moment is not None and moment <= self.at

    def seconds_to_next(self, *, most: float) -> float:
        """Until the nearest moment that is still to come."""
        waits = [(moment - self.at).total_seconds() for moment in self.moments.values() if moment is not None]
        return min([most, *(wait for wait in waits if wait > 0)])


class Question:
    """The look of one lane: `moments` are its sweeps' names and their SQL, each one value that may be NULL."""

    def __init__(self, lane: str, moments: Mapping[str, str]) -> None:
        self._statement = f"holdfast_look_{lane}"
        self._names = tuple(moments)
        self._sql = ", ".join(["SELECT clock_timestamp()", *(f"({sql})" for sql in moments.values())])

    def prepare(self) -> None:
        """Plan it once for this connection: planning it anew would cost more than answering it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self._statement])
            if cursor.fetchone():
                cursor.execute(f"DEALLOCATE {self._statement}")
            cursor.execute(f"PREPARE {self._statement} AS {self._sql}")

    def ask(self) -> Look:
        """Look now."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXECUTE {self._statement}")
            at, *moments = cursor.fetchone()
        return Look(at, dict(zip(self._names, moments, strict=True)))
