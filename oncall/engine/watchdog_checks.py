"""The watchdog's question to the database, asked so that a database that freezes cannot silence it.

A frozen server takes connections and answers nothing, and no limit of its own ends that. So each question has a
thread and a connection of its own; one that is not answered in time is given up, and is itself the finding.
"""

import logging
import os
import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from django.db import connection

from config.base.data.clock import database_now
from oncall.engine.health_checks import Finding, HealthResult, check_health

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
"""The limit on this side for connecting, asking and reading together."""
MAX_STUCK = 3
"""So many questions may be without an answer at once; no further one is asked then."""
_ENDS = "It ends when the database answers the health checks within 5 seconds."


class _Question(threading.Thread):
    """One question, with a connection that it closes at its end."""

    def __init__(self, ask: Callable[[], HealthResult]) -> None:
        super().__init__(name="watchdog-check", daemon=True)
        self.answers: queue.SimpleQueue[HealthResult | Exception] = queue.SimpleQueue()
        self._ask = ask
        self._lock = threading.Lock()
        self._is_open = False

    def run(self) -> None:
        """Ask, and put the answer or the error."""
        try:
            connection.ensure_connection()
            with self._lock:
                self._is_open = True
                self._descriptor: int = connection.connection.fileno()
            with connection.cursor() as cursor:
                # The server's own limit frees the server; it is shorter than ours, so that its reason is told.
                cursor.execute("SET statement_timeout = '4s'; SET lock_timeout = '1s'")
            self.answers.put(self._ask())
        except Exception as error:
            self.answers.put(error)
        finally:
            with self._lock:
                self._is_open = False
                with suppress(Exception):
                    connection.close()

    def give_up(self) -> None:
        """Cut the connection, so that the thread stops waiting for an answer that may never come."""
        with self._lock:
            if self._is_open:
                with suppress(OSError), socket.socket(fileno=os.dup(self._descriptor)) as copy:
                    copy.shutdown(socket.SHUT_RDWR)


def _ask_database() -> HealthResult:
    return check_health(at=database_now())


class Checker:
    """Asks for the findings again and again, in bounded time, and recovers by itself when the database does."""

    def __init__(
        self, ask: Callable[[], HealthResult] = _ask_database, *, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._ask = ask
        self._answer_seconds = answer_seconds
        self._stuck: list[_Question] = []

    @property
    def stuck(self) -> int:
        """How many questions still wait for an answer."""
        self._stuck = [question for question in self._stuck if question.is_alive()]
        return len(self._stuck)

    def run(self) -> list[Finding]:
        """The alarms and notices by the database's clock; a database that does not answer is itself an alarm."""
        if self.stuck >= MAX_STUCK:
            return [_away(f"{self.stuck} questions of the watchdog are still without an answer.")]
        question = _Question(self._ask)
        question.start()
        try:
            answer = question.answers.get(timeout=self._answer_seconds)
        except queue.Empty:
            question.give_up()
            self._stuck.append(question)
            return [_away(f"no answer within {self._answer_seconds:g} seconds.")]
        question.join(self._answer_seconds)
        if question.is_alive():
            self._stuck.append(question)
        if isinstance(answer, Exception):
            logger.warning("watchdog.not_asked", extra={"error": str(answer)[:300]})
            return [_away((str(answer).splitlines() or [type(answer).__name__])[0][:200])]
        return answer.findings


def _away(reason: str) -> Finding:
    return Finding("database", f"The database does not answer: {reason}", 1, ends=_ENDS)
