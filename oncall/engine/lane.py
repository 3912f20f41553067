"""A lane: one thread with its own database connection that does everything due, then listens.

What is due is a row; the lane checks at least once a second and is woken by NOTIFY in between, so nothing
depends on a message that may be lost. An error ends the pass, not the lane.
"""

import contextlib
import logging
import math
import os
import selectors
import socket
import threading
import time
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from config.base.data.clock import database_now
from config.base.data.isolation import is_database_away
from oncall.engine.due_times import DueQuery, DueTimes
from oncall.engine.registry import Sweep, sweeps_of
from oncall.models import EngineLane, EngineSchema
from oncall.wake import channel_of

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 1
"""The version of the engine's tables; an engine of another version refuses to run (paging rule 12)."""
FLOOR_SECONDS = 1.0
MIN_SECONDS = 0.01
SOON_SECONDS = 0.02
"""The pause after a first database error; doubled with each further error, up to FLOOR_SECONDS."""
PULSE_SECONDS = 1.0
CHECK_SECONDS = 5.0
SKEW_LIMIT = timedelta(seconds=60)
UNCONDITIONAL_SECONDS = 60.0
"""A sweep runs this often whatever the query returns: a wrong query makes it late, not silent."""
MAX_ROUNDS = 50
_PULSE = """
    INSERT INTO oncall_enginelane (worker, lane, started_at, swept_at, skew_seconds, last_error, last_error_at)
    VALUES (%(worker)s, %(lane)s, %(at)s, %(at)s, %(skew)s, %(trouble)s, %(trouble_at)s)
    ON CONFLICT (worker, lane) DO UPDATE SET swept_at = EXCLUDED.swept_at, skew_seconds = EXCLUDED.skew_seconds,
        last_error = EXCLUDED.last_error, last_error_at = EXCLUDED.last_error_at
"""


class Lane(threading.Thread):
    """One of the engine's lanes in this worker."""

    def __init__(self, name: str, *, worker: str) -> None:
        super().__init__(name=f"engine-{name}", daemon=True)
        self.lane = name
        self.worker = worker
        self._stopping = threading.Event()
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        self._ran_at: dict[str, float] = {}
        self._pulse_at = -math.inf
        self._check_at = 0.0
        self._failures = 0
        self._trouble = ""
        self._trouble_at: datetime | None = None
        self._listening: object = None
        self._due_query = DueQuery(name, self.moments())

    def stop(self) -> None:
        """Ask the lane to end after its pass."""
        self._stopping.set()
        self.poke()

    def poke(self) -> None:
        """Wake the lane from within this process."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._pipe[1], b"x")

    def run(self) -> None:
        """Run passes until `stop`; after any error, even one while waiting, there is a next pass."""
        while not self._stopping.is_set():
            try:
                self._prepare()
                wait = self._pass()
                self._failures = 0
                self._wait(wait)
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                logger.warning("engine.database", extra={"lane": self.lane, "error": str(error)[:300]})
                self._note_trouble(error)
                self._forget_connection()
                self._stopping.wait(min(FLOOR_SECONDS, SOON_SECONDS * 2**self._failures))
                self._failures = min(self._failures + 1, 10)
            except Exception as error:
                logger.exception("engine.error", extra={"lane": self.lane})
                self._note_trouble(error)
                self._forget_connection()
                self._stopping.wait(FLOOR_SECONDS)
        self._shut_down()

    def _shut_down(self) -> None:
        try:
            self.finish()
            EngineLane.objects.filter(worker=self.worker, lane=self.lane).update(stopped_at=database_now())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("engine.left_unfinished", extra={"lane": self.lane, "error": str(error)[:300]})
        self._forget_connection()

    def _note_trouble(self, error: Exception) -> None:
        """Keep the error for the next pulse, so that the System health page shows it."""
        self._trouble, self._trouble_at = f"{type(error).__name__}: {error}"[:300], timezone.now()
        self._pulse_at = -math.inf

    def finish(self) -> None:
        """Clean up when the lane ends; the `pages` lane waits for its senders."""

    def moments(self) -> dict[str, str]:
        """SQL for the nearest moment with work, by the name of the sweep."""
        return {sweep.name: sweep.due for sweep in sweeps_of(self.lane) if sweep.due}

    def work(self, due: DueTimes) -> int:
        """Do what is due now and return how much it was."""
        return sum(self._run_sweep(sweep, due) for sweep in sweeps_of(self.lane))

    def next_due(self, due: DueTimes) -> float:
        """Seconds until this lane has something to do, at most the floor."""
        return max(due.seconds_to_next(limit=FLOOR_SECONDS), MIN_SECONDS)

    def _pass(self) -> float:
        for _ in range(MAX_ROUNDS):
            due = self._due_query.run()
            self._pulse(due.at)
            if not self.work(due) or self._stopping.is_set():
                return self.next_due(due)
        return 0.0

    def _run_sweep(self, sweep: Sweep, due: DueTimes) -> int:
        now = time.monotonic()
        since_last_run = now - self._ran_at.get(sweep.name, -math.inf)
        if since_last_run < sweep.every or (since_last_run < UNCONDITIONAL_SECONDS and not due.is_due(sweep.name)):
            return 0
        self._ran_at[sweep.name] = now
        try:
            return sweep.run(at=due.at)
        except Exception as error:
            if is_database_away(error):
                raise
            # A sweep that fails every time must not take the later ones of its lane with it (paging rule 15).
            logger.exception("engine.sweep_failed", extra={"lane": self.lane, "sweep": sweep.name})
            self._note_trouble(error)
            return 0

    def _prepare(self) -> None:
        """Open a connection with the engine's time-outs, listen, and check the schema version."""
        if time.monotonic() >= self._check_at:
            # Once in a while is enough: a broken connection also shows in the next query.
            close_old_connections()
            self._check_at = time.monotonic() + CHECK_SECONDS
        connection.ensure_connection()
        if self._listening is connection.connection:
            return
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'; SET lock_timeout = '1s'")
            cursor.execute(f"LISTEN {channel_of(self.lane)}")
        version = EngineSchema.objects.values_list("version", flat=True).get(pk=1)
        if version != SCHEMA_VERSION:
            raise WrongVersion(f"The database needs engine {version}; this is {SCHEMA_VERSION}. Deploy again.")
        self._due_query.prepare()
        self._listening = connection.connection

    def _forget_connection(self) -> None:
        self._listening = None
        with contextlib.suppress(DatabaseError, InterfaceError):
            connection.close()

    def _pulse(self, at: datetime) -> None:
        now = time.monotonic()
        if now - self._pulse_at < PULSE_SECONDS:
            return
        self._pulse_at = now
        skew = time.time() - at.timestamp()
        if abs(skew) > SKEW_LIMIT.total_seconds():
            logger.error("engine.skew", extra={"lane": self.lane, "seconds": round(skew, 1)})
        values: dict[str, str | float | datetime | None] = {
            "worker": self.worker,
            "lane": self.lane,
            "at": at,
            "skew": round(skew, 3),
            "trouble": self._trouble,
            "trouble_at": self._trouble_at,
        }
        with connection.cursor() as cursor:
            cursor.execute(_PULSE, values)

    def _wait(self, seconds: float) -> None:
        """Sleep until NOTIFY, a poke or the timeout."""
        if self._stopping.is_set() or seconds <= 0 or self._was_notified():
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe[0], selectors.EVENT_READ)
            listening = self._listening
            if listening is not None:
                with contextlib.suppress(DatabaseError, InterfaceError, ValueError, OSError):
                    selector.register(listening.fileno(), selectors.EVENT_READ)  # type: ignore[attr-defined]  # psycopg's connection, which Django does not type
            selector.select(seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._pipe[0], 65536)
        self._was_notified()

    def _was_notified(self) -> bool:
        """Read notifications, also those that came during a query: the socket would not wake the lane for them."""
        if self._listening is None:
            return False
        try:
            return bool(list(self._listening.notifies(timeout=0)))  # type: ignore[attr-defined]  # psycopg's connection, which Django does not type
        except (psycopg.Error, OSError) as error:
            logger.warning("engine.listen", extra={"lane": self.lane, "error": str(error)[:300]})
            self._forget_connection()
            return True


class WrongVersion(Exception):
    """This engine is older or newer than the database's schema."""


def worker_name() -> str:
    """The name of this process, as the System health page shows it."""
    return f"{socket.gethostname()}:{os.getpid()}"
