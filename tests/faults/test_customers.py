"""Mails to customers delay no page, arrive once each although a worker dies, and do not wait for the broker."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.faults import senders
from tests.faults.mails import Mails, running_mails
from tests.faults.results import CEILING
from tests.faults.site import Site, wait_for

SUBSCRIBERS = 300
LATE_SECONDS = 3.0
AT_ONCE_SECONDS = 1.0


@pytest.fixture
def mails(site: Site) -> Iterator[Mails]:
    """A mail server, an incident, and 300 subscribers."""
    with running_mails(site) as mails:
        senders.send_all(site, site.desks(1))
        site.have_workers(1)
        wait_for("an incident", lambda: site.sql("SELECT 1 FROM incidents_incident"), limit=30)
        mails.fill(SUBSCRIBERS)
        yield mails


@pytest.mark.timeout(420, func_only=True)
def test_a_fan_out_delays_no_page_and_a_killed_worker_mails_nobody_twice(site: Site, mails: Mails) -> None:
    """Pages are not delayed; one delivery per subscriber and update."""
    before = len(mails.taken())
    with senders.Stream(site, site.desks(16), each=0.6) as stream:
        mails.publish()
        wait_for("mails under way", lambda: len(mails.taken()) - before >= 20, limit=30, pause=0.02)
        verdict = site.await_pages(senders.accepted(stream.sent), limit=30)
        site.kill(site.workers[0])
        killed_with = len(mails.taken()) - before
        site.have_workers(1)
        stream.finish()
    mails.await_all(limit=120)

    came = mails.taken()[before:]
    assert not verdict.lost
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING
    assert {str(mail["to"]) for mail in came} == {f"customer{n}@example.org" for n in range(SUBSCRIBERS)}
    # Only a mail that was in flight when the worker died may come again, and then under the same id.
    assert len({mail["id"] for mail in came}) == SUBSCRIBERS
    assert len(came) - SUBSCRIBERS <= 1, f"killed after {killed_with}"


@pytest.mark.timeout(420, func_only=True)
def test_publishing_waits_for_no_broker_and_holds_up_no_clock(site: Site, mails: Mails) -> None:
    """Paging rule 14: Redis is frozen, which is worse than down, and then killed."""
    os.kill(site.valkey.pid or 0, signal.SIGSTOP)
    try:
        frozen = mails.publish()
        slowest = max(_clocks_ages(site))
    finally:
        os.kill(site.valkey.pid or 0, signal.SIGCONT)
    site.kill(site.valkey)
    gone = mails.publish()
    site.start_valkey()

    assert max(frozen, gone) <= AT_ONCE_SECONDS * CEILING
    assert slowest <= LATE_SECONDS * CEILING
    mails.await_all(limit=120)
    assert len({mail["id"] for mail in mails.taken()}) >= 2 * SUBSCRIBERS


def _clocks_ages(site: Site) -> Iterator[float]:
    """Seconds since the clocks lane last swept, measured repeatedly for longer than its slowest sweep."""
    until = time.monotonic() + 35
    while time.monotonic() < until:
        (swept_at,) = site.sql("SELECT max(swept_at) FROM oncall_enginelane WHERE lane = 'clocks'")[0]
        yield (datetime.now(UTC) - swept_at).total_seconds()
        time.sleep(0.4)
