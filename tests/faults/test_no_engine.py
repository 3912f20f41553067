"""F2: every engine is dead for a while; the next one pages at once, and the current step only."""

import time

from tests.faults import oracle, plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site

AWAY_SECONDS = sized(5, 60)
FIRST_PAGE_SECONDS = 3.0
HOURS_LATE = 3


def test_every_engine_dead_and_then_a_new_one(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    waiting = senders.send_all(site, site.desks(sized(10, 50)))
    site.await_pages(senders.accepted(waiting), limit=30)

    site.have_workers(0)
    overdue = _make_overdue(site, waiting)
    died_at = time.time()
    unrouted = senders.send_all(site, site.desks(sized(10, 50)))
    time.sleep(max(0.0, died_at + AWAY_SECONDS - time.time()))
    began = time.time()
    worker = site.start_worker()
    plan = [*overdue, *_due_from(began, senders.accepted(unrouted))]
    verdict = site.await_pages(plan, limit=60)

    swept_at = _first_sweep(site, worker.pid or 0)
    messages = [message for message in site.messages() if message.arrived_at >= died_at]
    first = min(message.arrived_at for message in messages) - swept_at
    stray = oracle.strays(plan, messages)
    ledger.note(
        "F2", f"every engine dead for {AWAY_SECONDS} s", verdict,
        also=f"first page {first:.2f} s after the first sweep, pages of other steps {len(stray)}",
    )  # fmt: skip
    assert verdict.planned == (len(waiting) + len(unrouted)) * plans.PER_STEP
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled, stray) == (0, 0, [])
    assert first <= FIRST_PAGE_SECONDS * CEILING


def _make_overdue(site: Site, sent: list[senders.Sent]) -> list[Planned]:
    """As after hours without an engine: the second step, the fallback and the end of the policy are all overdue."""
    due_at = site.make_due([request.token for request in sent], seconds=-HOURS_LATE * 3600)
    return [page for request in sent for page in plans.of_step(request.token, request.desk, 1, due_at[request.token])]


def _due_from(began: float, plan: list[Planned]) -> list[Planned]:
    return [Planned(page.token, page.ways, max(began, page.due_at)) for page in plan]


def _first_sweep(site: Site, pid: int) -> float:
    """When the new engine began; what comes before is the start of a Python program."""
    rows = site.sql(
        "SELECT extract(epoch FROM min(started_at))::float8 FROM oncall_enginelane WHERE worker LIKE %s", f"%:{pid}"
    )
    return float(rows[0][0])
