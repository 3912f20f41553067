"""F17: one webhook a thousand times at once, an end before its beginning, and a week later: one incident each."""

import http.client
import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site

TIMES = sized(100, 1000)
RINGS_AGAIN_SECONDS = 30 + 5.0
"""A beginning whose end is known rings if it still stands after half a minute."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """One alert of Alertmanager, told apart by its labels and the time it began."""

    desk: dict[str, Any]
    token: str
    starts_at: datetime

    def body(self, *, is_over: bool) -> bytes:
        """Alertmanager's message about it."""
        alert = {
            "status": "resolved" if is_over else "firing",
            "labels": {"alertname": "Down", "severity": "critical", "instance": self.token},
            "annotations": {"summary": f"{self.token} is down"},
            "startsAt": self.starts_at.isoformat(),
            "endsAt": (self.starts_at + timedelta(minutes=5)).isoformat() if is_over else "0001-01-01T00:00:00Z",
        }
        group = {"version": "4", "status": alert["status"], "receiver": "holdfast", "groupKey": self.token}
        return json.dumps({**group, "alerts": [alert]}).encode()


@pytest.fixture
def troubles(site: Site) -> list[Trouble]:
    """Five, each at a desk with an integration for Alertmanager, begun a week ago by the sender's clock."""
    desks = site.desks(5)
    ids = [desk["integration"] for desk in desks]
    site.sql("UPDATE incidents_integration SET kind = 'alertmanager' WHERE id = ANY(%s)", ids)
    return [Trouble(desk, "t" + secrets.token_hex(5), datetime.now(UTC) - WEEK) for desk in desks]


def _post(site: Site, trouble: Trouble, *, is_over: bool = False) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.web_port, timeout=senders.ANSWER_SECONDS)
    try:
        path = f"/integrations/alertmanager/{trouble.desk['key']}"
        connection.request("POST", path, trouble.body(is_over=is_over), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _post_pair(site: Site, trouble: Trouble) -> list[int]:
    return [_post(site, trouble), _post(site, trouble, is_over=True)]


def _post_many(site: Site, trouble: Trouble, times: int) -> list[int]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda _: _post(site, trouble), range(times)))


def _first_step(trouble: Trouble, due_at: float) -> list[Planned]:
    return plans.of_step(trouble.token, trouble.desk, 0, due_at)


def _messages(site: Site, troubles: Sequence[Trouble]) -> list[oracle.Message]:
    tokens = {trouble.token for trouble in troubles}
    return [message for message in site.messages() if message.token in tokens]


def test_one_event_many_times_out_of_order_and_a_week_later(
    site: Site, ledger: Ledger, troubles: list[Trouble]
) -> None:
    site.have_workers(2)
    repeated, ended_first, pair, lone, replayed = troubles
    began = time.time()

    statuses = [
        *_post_many(site, repeated, TIMES),
        _post(site, ended_first, is_over=True), _post(site, ended_first),
        *(_post(site, trouble) for trouble in (pair, lone, replayed)),
    ]  # fmt: skip
    opened = [page for trouble in (repeated, pair, lone, replayed) for page in _first_step(trouble, began)]
    verdict = site.await_pages(opened, limit=30)
    once = len(_messages(site, troubles))

    statuses += [_post(site, trouble, is_over=True) for trouble in (pair, lone, replayed)]
    again_at = time.time()
    statuses += [_post(site, lone), *_post_pair(site, pair)]
    for _ in range(5):
        statuses += _post_pair(site, replayed)
    second = _await_second(site, lone, limit=RINGS_AGAIN_SECONDS * 2)

    extra = len(_messages(site, troubles)) - once - len(second)
    ledger.note(
        "F17", f"one event {TIMES} times at once, an end before its beginning, pairs a week later", verdict,
        also=f"pages nobody should get {extra}; a lone beginning rang again after {second[0] - again_at:.0f} s",
    )  # fmt: skip
    assert set(statuses) == {200}, statuses
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert once == verdict.planned, "an end before its beginning, or a repeat, rang"
    assert len(second) == plans.PER_STEP
    assert extra == 0
    assert second[0] - again_at <= RINGS_AGAIN_SECONDS * CEILING


def _await_second(site: Site, trouble: Trouble, *, limit: float) -> list[float]:
    """When the trouble rang for a second time; waits a little longer for what should not come."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        arrivals = sorted(message.arrived_at for message in _messages(site, [trouble]))[plans.PER_STEP :]
        if len(arrivals) >= plans.PER_STEP:
            time.sleep(2)
            return arrivals
        time.sleep(0.2)
    raise AssertionError("a lone beginning after its end never rang")
