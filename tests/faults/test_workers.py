"""F1 and F18: workers killed in the middle of a send, and several engines after the same incidents."""

import random
import time

from tests.faults import oracle, plans, senders
from tests.faults.results import CEILING, IS_FULL, Ledger, sized
from tests.faults.site import Site

LEASE_SECONDS = 10


def test_a_killed_worker_loses_no_page(site: Site, ledger: Ledger) -> None:
    kills, incidents = sized(6, 20), sized(40, 150)
    site.have_workers(2)
    desks = site.desks(incidents)
    site.tell_provider(delay=[0.05, 3.0 if IS_FULL else 1.0])
    killed_at = []

    with senders.Stream(site, desks, each=0.6) as stream:
        for _ in range(kills):
            time.sleep(random.uniform(0.3, 1.5))
            victim = random.choice(site.workers)
            site.kill(victim)
            killed_at.append(time.time())
            site.workers.remove(victim)
            site.start_worker()
        stream.finish()
    verdict = site.await_pages(senders.accepted(stream.sent), limit=60)

    in_flight = _in_flight(site.messages(), killed_at)
    ledger.note(
        "F1", f"{kills} x kill -9 of a worker in mid-delivery", verdict, also=f"in flight at the kills: {in_flight}"
    )
    assert verdict.planned == incidents * plans.PER_STEP
    assert not verdict.lost
    assert verdict.doubled == 0
    assert verdict.duplicates <= in_flight
    # A page whose sender was killed twice waits for two leases.
    assert verdict.late_at(0.99, lease=LEASE_SECONDS) <= (LEASE_SECONDS + 5) * CEILING


def _in_flight(messages: list[oracle.Message], killed_at: list[float]) -> int:
    """How many messages were with the provider at the kills, or answered so late that no worker recorded it."""
    return sum(
        message.arrived_at <= at <= (message.answered_at or at) + 0.5 for message in messages for at in killed_at
    )


def test_four_engines_send_each_page_once(site: Site, ledger: Ledger) -> None:
    incidents = sized(60, 300)
    site.have_workers(4)
    desks = site.desks(incidents)

    sent = senders.send_all(site, desks)
    verdict = site.await_pages(senders.accepted(sent), limit=120)

    ledger.note("F18", "4 engines after the same incidents", verdict)
    assert verdict.planned == incidents * plans.PER_STEP
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
