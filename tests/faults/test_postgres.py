"""F7: PostgreSQL is restarted or killed; what was answered 202 is there, what was not may be sent again."""

import time
from collections.abc import Callable

import pytest

from tests.faults import senders
from tests.faults.oracle import Planned, Verdict
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site

RECOVERY_SECONDS = 5.0
TAKEN, AWAY = 202, 503


@pytest.mark.parametrize("how", ["fast restart", "kill -9"])
def test_postgres_goes_away_and_comes_back(site: Site, ledger: Ledger, how: str) -> None:
    site.have_workers(2)
    stop: Callable[[], None] = site.stop_postgres if how == "fast restart" else site.kill_postgres
    back_at = []

    site.tell_provider(delay=[0.05, 0.4])
    with senders.Stream(site, site.desks(sized(60, 170)), each=0.3) as stream:
        for seconds in (2, sized(3, 10)):
            time.sleep(1.5)
            stop()
            time.sleep(seconds)
            site.start_postgres()
            back_at.append(time.time())
        stream.finish()
    site.tell_provider()
    plan = senders.accepted(stream.sent)
    verdict = site.await_pages(plan, limit=60)

    statuses = [request.status for request in stream.sent]
    recovery = max(_first_arrival_after(at, site) for at in back_at)
    refused = [request for request in stream.sent if request.status == AWAY]
    # A page may wait for PostgreSQL itself, so lateness is reported and only recovery is asserted.
    ledger.note(
        "F7",
        f"PostgreSQL: {how}, 2 s and {sized(3, 10)} s away",
        verdict,
        also=f"202 but absent {_absent(site, plan)}, 503 {len(refused)}, engine back after {recovery:.2f} s",
    )
    assert set(statuses) <= {TAKEN, AWAY}, statuses
    assert all(request.retry_after.isdigit() for request in refused)
    assert refused
    _assert_nothing_lost(site, plan, verdict)
    assert recovery <= RECOVERY_SECONDS * CEILING


def _assert_nothing_lost(site: Site, plan: list[Planned], verdict: Verdict) -> None:
    assert _absent(site, plan) == 0
    assert not verdict.lost
    assert verdict.doubled == 0


def _absent(site: Site, plan: list[Planned]) -> int:
    stored = {key for (key,) in site.sql("SELECT dedup_key FROM incidents_event")}
    return sum(page.token not in stored for page in plan)


def _first_arrival_after(at: float, site: Site) -> float:
    return min(message.arrived_at for message in site.messages() if message.arrived_at >= at) - at
