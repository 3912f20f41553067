"""F28: alive but stuck - engines or PostgreSQL frozen, a table locked - and who takes over or tells the operators."""

import contextlib
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, IS_FULL, Ledger, full_only, sized
from tests.faults.site import Site, wait_for

LEASE_SECONDS = 10
WATCHDOG_SECONDS = 45.0
WATCHDOG_WITHOUT_DATABASE_SECONDS = 60.0
RECOVERY_SECONDS = 5.0
SITUATIONS = ["table of escalations locked", "PostgreSQL frozen", *(["every engine frozen"] if IS_FULL else [])]
"""A silent engine is told after 30 s: in the suite `tests/oncall/engine/test_watchdog.py` says so faster."""


@full_only
def test_a_frozen_engine_leaves_its_pages_to_the_other(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    site.tell_provider(delay=[0.3, 1.5])

    with senders.Stream(site, site.desks(sized(16, 60)), each=0.5) as stream:
        time.sleep(2.3)
        frozen_at = time.time()
        site.freeze(site.workers[0])
        stream.finish()
    site.await_arrival(senders.accepted(stream.sent), limit=45)
    site.thaw(site.workers[0])
    verdict = site.await_pages(senders.accepted(stream.sent), limit=15)

    in_flight = sum(
        message.arrived_at - 0.5 <= frozen_at <= (message.answered_at or frozen_at) + 0.5
        for message in site.messages()
    )
    ledger.note("F28", "one of two engines frozen", verdict, also=f"in flight when it froze: {in_flight}")
    assert verdict.planned == len(stream.sent) * plans.PER_STEP
    assert not verdict.lost
    assert verdict.doubled == 0
    assert verdict.duplicates <= in_flight
    assert verdict.late_at(0.99) <= (LEASE_SECONDS + 5) * CEILING


@full_only
@pytest.mark.parametrize("what", SITUATIONS)
def test_the_watchdog_speaks(site: Site, ledger: Ledger, what: str) -> None:
    """And when it is over, what came meanwhile is paged at once."""
    site.have_workers(2)
    site.start_watchdog()
    desks = site.desks(sized(5, 20))
    has_database = what != "PostgreSQL frozen"
    limit = WATCHDOG_SECONDS if has_database else WATCHDOG_WITHOUT_DATABASE_SECONDS

    with {"every engine frozen": _engines_frozen, "table of escalations locked": _table_locked}.get(
        what, _postgres_frozen
    )(site):
        began = time.time()
        sent = senders.send_all(site, desks) if has_database else []
        alarmed = wait_for("the watchdog speaks", lambda: _alarms_since(site, began), limit=limit, pause=0.2)
    over_at = time.time()
    if not has_database:
        site.start_web()
        sent = senders.send_all(site, desks)
    plan = [Planned(page.token, page.ways, max(over_at, page.due_at)) for page in senders.accepted(sent)]
    verdict = site.await_pages(plan, limit=60)

    ledger.note("F28", what, verdict, also=f"the watchdog spoke after {alarmed:.0f} s")
    assert [request.status for request in sent] == [202] * len(desks)
    assert not verdict.lost
    assert verdict.doubled == 0
    assert verdict.late_at(0.5) <= RECOVERY_SECONDS * CEILING


@contextlib.contextmanager
def _engines_frozen(site: Site) -> Iterator[None]:
    site.freeze(*site.workers)
    try:
        yield
    finally:
        site.thaw(*site.workers)


@contextlib.contextmanager
def _postgres_frozen(site: Site) -> Iterator[None]:
    site.freeze(site.postgres)
    try:
        yield
    finally:
        site.thaw(site.postgres)


@contextlib.contextmanager
def _table_locked(site: Site) -> Iterator[None]:
    with psycopg.connect(site.servers.database_url) as connection:
        connection.execute("LOCK TABLE oncall_escalation IN ACCESS EXCLUSIVE MODE")
        yield


def _alarms_since(site: Site, began: float) -> list[tuple[float, str]]:
    return [alarm for alarm in oracle.read_alarms(site.log) if alarm[0] >= began and "may not work" in alarm[1]]
