"""F11 and F4: without a wake-up - the portal dies, the listener is cut, beat is down - the sweep finds the work."""

import os
import random
import signal
import time

from config.embedded.processes import Child
from tests.faults import plans, senders
from tests.faults.oracle import Planned
from tests.faults.results import CEILING, Ledger, sized
from tests.faults.site import Site

LATE_SECONDS = 1.5
BEAT_LATE_SECONDS = 2.0


def _kill_workers_of_web(site: Site) -> None:
    """Kill the portal's processes that answer requests; gunicorn starts others."""
    assert site.web is not None
    for child in site.children_of(site.web):
        os.kill(child, signal.SIGKILL)


def test_the_portal_killed_around_the_commit(site: Site, ledger: Ledger) -> None:
    """Answered or not: every committed event is paged."""
    site.have_workers(2)
    sent: list[senders.Sent] = []

    for _ in range(sized(8, 40)):
        with senders.Stream(site, site.desks(4), each=0.002) as stream:
            time.sleep(random.uniform(0.0, 0.03))
            _kill_workers_of_web(site)
            stream.finish()
        sent += stream.sent
        site.start_web()
    committed = {key for (key,) in site.sql("SELECT dedup_key FROM incidents_event")}
    plan = [page for request in sent if request.token in committed for page in request.pages]
    verdict = site.await_pages(plan, limit=30)

    unanswered = sum(request.status == senders.NO_ANSWER for request in sent if request.token in committed)
    absent = sum(request.token not in committed for request in sent if request.status == 202)
    ledger.note(
        "F11",
        "the portal killed around the commit",
        verdict,
        also=f"committed but unanswered {unanswered}, 202 but absent {absent}",
    )
    assert absent == 0
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING


def test_the_listeners_cut_off(site: Site, ledger: Ledger) -> None:
    """Each cut hits idle engines: one in mid-claim would cost a lease, as a killed worker does (F1)."""
    site.have_workers(2)
    sent: list[senders.Sent] = []

    for desk in site.desks(sized(15, 60)):
        site.cut_connections()
        time.sleep(random.uniform(0.0, 0.05))
        sent.append(senders.send(site, desk))
        site.await_arrival(senders.accepted(sent), limit=15)
    verdict = site.await_pages(senders.accepted(sent), limit=30)

    ledger.note("F11", "every database connection cut just before the event", verdict)
    assert {request.status for request in sent} <= {202, 503}
    assert not verdict.lost
    assert verdict.doubled == 0
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING


def test_rows_that_became_due_without_a_wake(site: Site, ledger: Ledger) -> None:
    """The second step falls due without any NOTIFY: only the sweep can find it."""
    site.have_workers(2)
    sent = senders.send_all(site, site.desks(sized(20, 100)))
    site.await_pages(senders.accepted(sent), limit=30)
    plan: list[Planned] = []

    for request in sent:
        site.sql("UPDATE oncall_escalation SET next_at = clock_timestamp() WHERE title LIKE %s", f"%{request.token}%")
        plan += plans.of_step(request.token, request.desk, 1, time.time())
        time.sleep(random.uniform(0.05, 0.15))
    verdict = site.await_pages(plan, limit=30)

    ledger.note("F11", "rows made due with no NOTIFY at all", verdict)
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert verdict.late_at(0.99) <= LATE_SECONDS * CEILING


def test_beat_killed_and_two_beats(site: Site, ledger: Ledger) -> None:
    site.have_workers(2)
    beats = [_start_beat(site, number) for number in (1, 2)]

    with senders.Stream(site, site.desks(sized(20, 100)), each=0.2) as stream:
        time.sleep(1)
        for beat in beats:
            site.kill(beat)
            time.sleep(1)
        stream.finish()
    verdict = site.await_pages(senders.accepted(stream.sent), limit=30)

    ledger.note("F4", "two beats, then one killed, then both", verdict, also="nothing periodic hangs on beat")
    assert verdict.planned == len(stream.sent) * plans.PER_STEP
    assert not verdict.lost
    assert (verdict.duplicates, verdict.doubled) == (0, 0)
    assert verdict.late_at(0.99) <= BEAT_LATE_SECONDS * CEILING


def _start_beat(site: Site, number: int) -> Child:
    beat = site.program(
        "beat", "-m", "celery", "-A", "config", "beat",
        f"--pidfile={site.folder}/beat-{number}.pid", f"--schedule={site.folder}/beat-{number}",
    )  # fmt: skip
    site.others.append(beat)
    return beat
