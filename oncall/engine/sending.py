"""Threads that talk to providers: each send has one total deadline, and a failing provider is paused."""

import logging
import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from config.base.data.outbox import SEND_DEADLINE, Rooms, place_of
from oncall.channels import HOST_LIMITS, SENDERS, Outcome
from oncall.channels.base import refused, unprepared
from oncall.paging import Job

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 64
MAX_PER_HOST = 16
FAILURES_TO_OPEN = 5
PAUSE_SECONDS = 15.0


@dataclass
class _Breaker:
    """Counts a host's failures in a row; after five it is paused, then one message tries it again."""

    failures: int = 0
    paused_until: float = 0.0

    def note_failure(self) -> None:
        self.failures += 1
        if self.failures >= FAILURES_TO_OPEN:
            self.paused_until = time.monotonic() + PAUSE_SECONDS

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.paused_until


@dataclass
class _Flight:
    job: Job
    deadline: float
    is_counted: bool = True
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return place_of(self.job.channel, self.job.host)


class Senders:
    """Runs each send in a thread of its own, and reports a failure for those that exceed the deadline.

    The deadline is total: name look-up, connect, TLS and every read. A thread that exceeds it is abandoned:
    its page is recorded as unanswered, and a later answer is ignored.
    """

    def __init__(self, *, on_result: Callable[[], None]) -> None:
        self._on_result = on_result
        self._results: queue.SimpleQueue[tuple[_Flight, Outcome]] = queue.SimpleQueue()
        self._flights: dict[tuple[int, int], _Flight] = {}
        self._breakers: defaultdict[str, _Breaker] = defaultdict(_Breaker)

    @property
    def busy(self) -> int:
        """How many sends are still running."""
        return len(self._flights)

    @property
    def free(self) -> int:
        """How many more may start now."""
        return max(0, MAX_AT_ONCE - self.busy)

    def rooms(self) -> Rooms:
        """How many more may start for each host, so that one slow provider cannot take every thread."""
        caps = {channel: HOST_LIMITS.get(channel, MAX_PER_HOST) for channel in SENDERS}
        busy = Counter(flight.place for flight in self._flights.values())
        return Rooms(
            caps=caps,
            left={place: caps.get(place.partition(" ")[0], MAX_PER_HOST) - count for place, count in busy.items()},
        )

    def start(self, job: Job) -> None:
        """Send in the background; a paused provider is refused at once, so that another channel is tried."""
        flight = _Flight(job, time.monotonic() + SEND_DEADLINE.total_seconds())
        self._flights[job.held.row_id, job.held.attempts] = flight
        if flight.place in self._breakers and self._breakers[flight.place].is_open:
            flight.is_counted = False
            self._results.put((flight, refused("The provider has failed several times and is paused.")))
            flight.done.set()
            return
        threading.Thread(target=self._send, args=[flight], name=f"send-{job.channel}", daemon=True).start()

    def take_results(self) -> list[tuple[Job, Outcome]]:
        """Answers that have arrived, and sends that exceeded their deadline."""
        answered = []
        while not self._results.empty():
            flight, outcome = self._results.get()
            if self._forget(flight):
                answered.append((flight, outcome))
        now = time.monotonic()
        for flight in [flight for flight in self._flights.values() if flight.deadline < now]:
            self._forget(flight)
            answered.append((flight, refused("The provider gave no answer in 8 seconds.")))
        for flight, outcome in answered:
            if flight.is_counted:
                self._note(flight.place, outcome)
        return [(flight.job, outcome) for flight, outcome in answered]

    def wait_for_result(self, seconds: float) -> None:
        """Wait until an answer arrives or the time is up."""
        for flight in list(self._flights.values())[:1]:
            flight.done.wait(seconds)

    def _note(self, place: str, outcome: Outcome) -> None:
        """Count the outcome for its host; a host that works again is forgotten, as people's hosts are many."""
        if outcome.is_accepted or outcome.is_permanent:
            self._breakers.pop(place, None)
        elif not outcome.is_unprepared:
            self._breakers[place].note_failure()

    def _forget(self, flight: _Flight) -> bool:
        return self._flights.pop((flight.job.held.row_id, flight.job.held.attempts), None) is not None

    def _send(self, flight: _Flight) -> None:
        job = flight.job
        try:
            send = SENDERS.get(job.channel)
            outcome = send(job.message) if send else refused(f"No channel is called {job.channel}.", is_permanent=True)
        except Exception as error:
            logger.exception("page.send_error", extra={"key": job.message.key})
            outcome = unprepared(f"This page could not be prepared ({type(error).__name__}).")
        self._results.put((flight, outcome))
        flight.done.set()
        self._on_result()
