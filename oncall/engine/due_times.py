"""When the sweeps of a lane have work: one prepared statement gives the time and the nearest due row of each.

Every lane runs it once a second, so it is most of what an engine at rest costs. Each sweep gives the moment of its
nearest row in SQL (`due` in `register_sweep`), and the lane runs only the sweeps whose moment has come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class DueTimes:
    """The database's clock, and the nearest moment of each sweep; None where no row waits."""

    at: datetime
    moments: Mapping[str, datetime | None]

    def is_due(self, name: str) -> bool:
        """Whether the sweep has work now. A sweep without a moment may always have some."""
        moment = self.moments.get(name, self.at)
        return moment is not None and moment <= self.at

    def seconds_to_next(self, *, limit: float) -> float:
        """Seconds until the nearest moment in the future, at most `limit`."""
        waits = [(moment - self.at).total_seconds() for moment in self.moments.values() if moment is not None]
        return min([limit, *(wait for wait in waits if wait > 0)])


class DueQuery:
    """The statement of one lane: `moments` are its sweeps' names and their SQL, each one value that may be NULL."""

    def __init__(self, lane: str, moments: Mapping[str, str]) -> None:
        self._statement = f"holdfast_due_{lane}"
        self._names = tuple(moments)
        self._sql = ", ".join(["SELECT clock_timestamp()", *(f"({sql})" for sql in moments.values())])

    def prepare(self) -> None:
        """Prepare it once for this connection: planning it each time would cost more than running it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self._statement])
            if cursor.fetchone():
                cursor.execute(f"DEALLOCATE {self._statement}")
            cursor.execute(f"PREPARE {self._statement} AS {self._sql}")

    def run(self) -> DueTimes:
        """Run the statement."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXECUTE {self._statement}")
            at, *moments = cursor.fetchone()
        return DueTimes(at, dict(zip(self._names, moments, strict=True)))
