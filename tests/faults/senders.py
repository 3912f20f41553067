"""Senders of alerts: they post events over HTTP and record which were accepted, and when."""

import http.client
import json
import secrets
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.faults import plans
from tests.faults.oracle import Planned
from tests.faults.site import Site

ANSWER_SECONDS = 20
NO_ANSWER = 0


@dataclass(frozen=True)
class Sent:
    """One event and its answer; status 0 means no answer at all."""

    desk: dict[str, Any]
    token: str
    status: int
    sent_at: float
    answered_at: float
    retry_after: str = ""

    @property
    def pages(self) -> list[Planned]:
        """The expected pages if it was accepted: the first step's people are paged at once."""
        return plans.of_step(self.token, self.desk, 0, self.answered_at)

    @property
    def seconds(self) -> float:
        """How long the sender waited."""
        return self.answered_at - self.sent_at


def send(site: Site, desk: dict[str, Any], *, title: str = "is down") -> Sent:
    """Post one new event to a team's integration; its title begins with a token of its own."""
    token = "t" + secrets.token_hex(5)
    payload = {"summary": f"{token} {title}", "source": "probe", "severity": "critical"}
    event = {"routing_key": desk["key"], "event_action": "trigger", "dedup_key": token, "payload": payload}
    connection = http.client.HTTPConnection("127.0.0.1", site.web_port, timeout=ANSWER_SECONDS)
    status, retry_after, sent_at = NO_ANSWER, "", time.time()
    try:
        connection.request("POST", "/v2/enqueue", json.dumps(event), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        status, retry_after = answer.status, answer.headers.get("Retry-After", "")
    except (OSError, http.client.HTTPException):
        pass  # no answer: the sender knows nothing and would send again
    finally:
        connection.close()
    return Sent(desk, token, status, sent_at, time.time(), retry_after)


def send_all(site: Site, desks: Sequence[dict[str, Any]], *, at_once: int = 8) -> list[Sent]:
    """Post one event for each team at full speed."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda desk: send(site, desk), desks))


def accepted(sent: Iterable[Sent]) -> list[Planned]:
    """The plan that follows from what was accepted."""
    return [page for request in sent if request.status == 202 for page in request.pages]


@dataclass
class Stream:
    """Posts one event for each team at a steady pace in the background, while the test breaks something."""

    site: Site
    desks: Sequence[dict[str, Any]]
    each: float
    sent: list[Sent] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Stream":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        assert self._thread
        self._thread.join(ANSWER_SECONDS + 5)

    def finish(self) -> None:
        """Wait until all have been posted."""
        assert self._thread
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            for number, desk in enumerate(self.desks):
                if self._ending.wait(max(0.0, began + number * self.each - time.monotonic())):
                    return
                pool.submit(self._post, desk)

    def _post(self, desk: dict[str, Any]) -> None:
        self.sent.append(send(self.site, desk))
