"""The `pages` lane: fires steps, claims pages, hands them to senders, records what came of it."""

import logging
from collections import deque
from datetime import datetime, timedelta

from django.db import connection

from config.base.data.clock import database_now
from oncall import escalation, paging
from oncall.channels import Outcome
from oncall.engine.lane import FLOOR_SECONDS, Lane
from oncall.engine.sending import Senders

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 10.0
AGAIN_SECONDS = 0.1
# When the nearest step, and the nearest page or lease, is due, in seconds; each part reads one partial index.
_LOOK = """
    SELECT extract(epoch FROM (SELECT min(next_at) FROM oncall_escalation WHERE state <> 'ended') - %(at)s),
           extract(epoch FROM least(
               (SELECT min(due_at) FROM oncall_page WHERE state = 'pending'),
               (SELECT min(lease_until) FROM oncall_page WHERE state = 'sending')) - %(at)s)
"""


class PagesLane(Lane):
    """Escalate, claim, send, record; the senders' threads touch no database."""

    def __init__(self, *, worker: str) -> None:
        super().__init__("pages", worker=worker)
        self._senders = Senders(on_result=self.poke)
        self._unrecorded: deque[tuple[paging.Job, Outcome]] = deque()
        self._next_due = FLOOR_SECONDS

    def work(self, at: datetime) -> int:
        """Everything due: steps first, then answers of providers, then new sends.

        One look says what there is, so that a wake with nothing to do costs little.
        """
        until_step, until_page = self._look(at)
        fired = escalation.fire_due(at=at) if until_step <= 0 else 0
        done = fired + self._record_results(at)
        if fired or until_page <= 0:
            done += self._send_due(at)
        # What is due and was not done is in another engine's hands, or waits for a sender.
        self._next_due = min((due for due in (until_step, until_page) if due > 0), default=FLOOR_SECONDS)
        if not done and min(until_step, until_page) <= 0:
            self._next_due = min(self._next_due, AGAIN_SECONDS)
        return done + super().work(at)

    def next_due(self) -> float:
        """Until the next step, page or lease; at most the floor."""
        return min(max(self._next_due, 0.01), FLOOR_SECONDS)

    def _look(self, at: datetime) -> tuple[float, float]:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK, {"at": at})
            found = cursor.fetchone()
        until_step, until_page = (FLOOR_SECONDS if seconds is None else float(seconds) for seconds in found)
        return until_step, until_page

    def finish(self) -> None:
        """Wait for what is being sent, and record it, at most ten seconds (paging rule 12)."""
        deadline = database_now() + timedelta(seconds=DRAIN_SECONDS)
        while (self._senders.busy or self._unrecorded) and database_now() < deadline:
            self._senders.wait_for_result(0.2)
            self._record_results(database_now())
        if self._senders.busy:
            logger.warning("engine.left_in_flight", extra={"pages": self._senders.busy})

    def _record_results(self, at: datetime) -> int:
        """An answer is forgotten only once it is written down, or a page would go out again for want of a database."""
        self._unrecorded.extend(self._senders.take_results())
        done = 0
        while self._unrecorded:
            paging.record(*self._unrecorded[0], at=at)
            self._unrecorded.popleft()
            done += 1
        return done

    def _send_due(self, at: datetime) -> int:
        if self._stopping.is_set() or not self._senders.free:
            return 0
        jobs = paging.claim_jobs(at=at, limit=self._senders.free, channels=self._senders.channels_with_room())
        for job in jobs:
            self._senders.start(job)
        return len(jobs)
