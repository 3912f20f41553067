"""Threads that talk to providers: each send has one total deadline, and a failing provider is paused."""

import logging
import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from config.base.data.clock import backoff
from config.base.data.outbox import SEND_DEADLINE, Rooms, place_of
from oncall.channels import HOST_LIMITS, SENDERS, Outcome
from oncall.channels.base import refused, unprepared
from oncall.paging import Job

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 64
MAX_PER_HOST = 16
FAILURES_TO_OPEN = 8
"""In a row: a host that takes only every second message has that once in 256."""
PAUSE_SECONDS = 15.0
SLOW_SECONDS = 2.0
"""A host whose every place is taken by a send that has lasted longer gets no more: what waits there would hang too."""
TRIALS = 3
"""So many messages try a host again after its pause; one would leave it closed when it loses that one by chance."""
TRIAL_SECONDS = 2.0
"""What comes while they do waits for their answers at most so long."""


@dataclass
class _Breaker:
    """Counts a host's failures in a row; after eight it is paused, then a few messages try it again."""

    failures: int = 0
    paused_until: float = 0.0

    def note_failure(self) -> None:
        self.failures += 1
        if self.is_open:
            self.paused_until = time.monotonic() + PAUSE_SECONDS

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN

    @property
    def pause_left(self) -> float:
        return max(0.0, self.paused_until - time.monotonic())


@dataclass
class _Flight:
    job: Job
    deadline: float
    is_counted: bool = True
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return time.monotonic() - self.deadline + SEND_DEADLINE.total_seconds()

    @property
    def place(self) -> str:
        return place_of(self.job.channel, self.job.host)


def _cap(place: str) -> int:
    """The most at once for a place or a channel."""
    return HOST_LIMITS.get(place.partition(" ")[0], MAX_PER_HOST)


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
        """How many more may start for each host, so that one slow provider cannot take every thread.

        For a host that refuses at once there is room for any number: nobody waits there for a place.
        """
        caps = {channel: _cap(channel) for channel in SENDERS}
        busy = Counter(flight.place for flight in self._flights.values())
        places = {*busy, *self._breakers}
        left = {place: MAX_AT_ONCE if self._seconds_closed(place) else _cap(place) - busy[place] for place in places}
        return Rooms(caps=caps, left=left)

    def start(self, job: Job) -> None:
        """Send in the background; for a paused or overloaded host refuse at once, so that another channel is tried.

        The page itself waits no longer than the host does: it has not failed by itself. At first it waits less, as
        another engine may reach the host.
        """
        flight = _Flight(job, time.monotonic() + SEND_DEADLINE.total_seconds())
        left = self._seconds_closed(flight.place)
        self._flights[job.held.row_id, job.held.attempts] = flight
        if left:
            flight.is_counted = False
            wait = min(timedelta(seconds=left), backoff(job.held.attempts))
            refusal = refused("The provider fails or takes too long just now.", retry_after=wait)
            self._results.put((flight, refusal))
            flight.done.set()
            return
        threading.Thread(target=self._send, args=[flight], name=f"send-{job.channel}", daemon=True).start()

    def _seconds_closed(self, place: str) -> float:
        """How long a host gets nothing more, because it is paused, is being tried again, or hangs; 0 if it is open."""
        running = [flight for flight in self._flights.values() if flight.place == place and flight.is_counted]
        breaker = self._breakers.get(place)
        if breaker is not None and breaker.is_open:
            return breaker.pause_left or (TRIAL_SECONDS if len(running) >= TRIALS else 0.0)
        if len(running) < _cap(place) or min(flight.seconds for flight in running) <= SLOW_SECONDS:
            return 0.0
        return max(0.0, SEND_DEADLINE.total_seconds() - max(flight.seconds for flight in running))

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
