"""The `pages` lane: fires steps, claims pages, hands them to senders, records the outcomes."""

import logging
from collections import deque
from datetime import datetime, timedelta

from config.base.data.clock import database_now
from oncall import escalation, paging
from oncall.channels import Outcome
from oncall.engine.due_times import DueTimes
from oncall.engine.lane import FLOOR_SECONDS, Lane
from oncall.engine.sending import Senders

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 10.0
RETRY_SECONDS = 0.1
_STEP, _PAGE = "step", "page"
_MOMENTS = {
    _STEP: "SELECT min(next_at) FROM oncall_escalation WHERE state <> 'ended'",
    _PAGE: """SELECT least((SELECT min(due_at) FROM oncall_page WHERE state = 'pending'),
                           (SELECT min(lease_until) FROM oncall_page WHERE state = 'sending'))""",
}


class PagesLane(Lane):
    """Escalates, claims, sends and records; the senders' threads use no database."""

    def __init__(self, *, worker: str) -> None:
        super().__init__("pages", worker=worker)
        self._senders = Senders(on_result=self.poke)
        self._unrecorded: deque[tuple[paging.Job, Outcome]] = deque()
        self._has_leftovers = False

    def moments(self) -> dict[str, str]:
        """With the nearest step, and the nearest page or lease."""
        return _MOMENTS | super().moments()

    def work(self, due: DueTimes) -> int:
        """Do what is due: steps first, then answers of providers, then new sends."""
        is_step, is_page = due.is_due(_STEP), due.is_due(_PAGE)
        fired = escalation.fire_due(at=due.at) if is_step else 0
        done = fired + self._record_results(due.at)
        if fired or is_page:
            done += self._send_due(due.at)
        # What is due and was not done is locked by another engine, or waits for a sender.
        self._has_leftovers = not done and (is_step or is_page)
        return done + super().work(due)

    def next_due(self, due: DueTimes) -> float:
        """Seconds until the next step, page or lease; at most FLOOR_SECONDS."""
        return min(super().next_due(due), RETRY_SECONDS if self._has_leftovers else FLOOR_SECONDS)

    def finish(self) -> None:
        """Wait for running sends and record them, at most ten seconds (paging rule 12)."""
        deadline = database_now() + timedelta(seconds=DRAIN_SECONDS)
        while (self._senders.busy or self._unrecorded) and database_now() < deadline:
            self._senders.wait_for_result(0.2)
            self._record_results(database_now())
        if self._senders.busy:
            logger.warning("engine.left_in_flight", extra={"pages": self._senders.busy})

    def _record_results(self, at: datetime) -> int:
        """Record answers; each is dropped only once it is stored, or a database error would send the page again."""
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
        jobs = paging.claim_jobs(at=at, limit=self._senders.free, rooms=self._senders.rooms())
        for job in jobs:
            self._senders.start(job)
        return len(jobs)
