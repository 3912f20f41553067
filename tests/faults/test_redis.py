"""F5 and F6: Redis is emptied, killed, restarted, absent, frozen, or a port that never answers; paging continues."""

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator

import pytest
import redis

from tests.faults import oracle, plans, senders
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site, free_port, get

LATE_SECONDS = 3.0
INTAKE_SECONDS = 2.0


def _pages_seen(site: Site) -> list[int]:
    """What the portal answers on pages that use sessions, limits and the cache."""
    return [get(f"{site.address}{path}") for path in ("/healthz", "/readyz", "/accounts/login/")]


def _judge(site: Site, ledger: Ledger, fault: str, what: str, sent: list[senders.Sent], statuses: list[int]) -> None:
    verdict = site.await_pages(senders.accepted(sent), limit=30)
    waits = sorted(request.seconds for request in sent)
    slowest = oracle.percentile(waits, 0.99)
    ledger.note(fault, what, verdict, also=f"5xx 0, intake p99 {slowest:.2f} s")
    assert verdict.planned == len(sent) * plans.PER_STEP, [request.status for request in sent]
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert all(200 <= status < 500 for status in statuses), statuses
    assert slowest <= INTAKE_SECONDS * CEILING
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING


def test_redis_emptied_killed_and_restarted(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    statuses = []

    with senders.Stream(site, site.desks(sized(30, 100)), each=0.3) as stream:
        time.sleep(1)
        with redis.Redis(unix_socket_path=str(site.servers.valkey and site.servers.valkey.socket)) as client:
            client.flushall()
        statuses += _pages_seen(site)
        time.sleep(1)
        site.kill(site.valkey)
        statuses += _pages_seen(site)
        time.sleep(2)
        site.start_valkey()
        statuses += _pages_seen(site)
        stream.finish()

    _judge(site, ledger, "F5", "Redis emptied, killed, 2 s away, restarted", stream.sent, statuses)


def test_redis_frozen(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    statuses = []

    os.kill(site.valkey.pid or 0, signal.SIGSTOP)
    try:
        with senders.Stream(site, site.desks(sized(16, 70)), each=0.3) as stream:
            statuses += _pages_seen(site)
            stream.finish()
    finally:
        os.kill(site.valkey.pid or 0, signal.SIGCONT)

    _judge(site, ledger, "F6", "Redis frozen (SIGSTOP)", stream.sent, statuses)


@pytest.fixture
def hole() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        yield int(listener.getsockname()[1])


def test_redis_a_hole_and_redis_absent_from_boot(site: Site, ledger: Ledger, hole: int) -> None:
    for fault, what, port in (
        ("F6", "Redis a listener that never answers, from boot", hole),
        ("F5", "Redis absent from boot", free_port()),
    ):
        site.stop_programs()
        site.overrides = {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        site.start_web()
        site.have_workers(1)

        with senders.Stream(site, site.desks(sized(12, 70)), each=0.3) as stream:
            statuses = _pages_seen(site)
            stream.finish()

        _judge(site, ledger, fault, what, stream.sent, statuses)


def test_an_engine_without_a_broker_ends_in_peace(site: Site, hole: int) -> None:
    site.stop_programs()
    site.overrides = {"REDIS_URL": f"redis://127.0.0.1:{hole}/0"}
    worker = site.start_worker()

    began = time.monotonic()
    worker.ask_to_stop()
    assert worker.process is not None
    worker.process.wait(40)

    assert time.monotonic() - began <= 30
    assert urllib.request.urlopen(f"http://127.0.0.1:{site.phone_port}/", timeout=5).status == 200
