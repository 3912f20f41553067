"""The sweep of SLA clocks: 50,000 open tickets after a new definition, and 2,000 warnings that fall due together.

python -m config.embedded python -m tests.bench.bench_sla_sweep

The first part runs in one process on a scratch database. The second brings up a whole installation of its own, as
`bench_customers` does: how late warnings are, and pages meanwhile.
"""

import os
import time

from django.db import connection
from django.utils import timezone

from tests.bench import bulk_data, measure, sla_data
from tests.bench.measure import show
from tests.faults import oracle, senders
from tests.faults.mails import Mails, running_mails
from tests.faults.site import Site, running_site, wait_for

TICKETS = int(os.environ.get("BENCH_OPEN", "50000"))
WARNINGS = int(os.environ.get("BENCH_WARNINGS", "2000"))
AGES = (5.0, 0.0)
SCALE = 40
"""Goals so large that hardly a clock warns in the first part."""
PAGES = int(os.environ.get("BENCH_PAGES", "60"))
EACH_SECONDS = 1.0
LEAD_MINUTES = int(os.environ.get("BENCH_LEAD_MINUTES", "5"))
"""From the filled database to the minute of the warnings: time to compute the clocks once before."""
GRACE_SECONDS = 62
"""A minute is judged two seconds after its end."""


def main() -> None:
    """Measure and print, each part beside its own anchor."""
    _sweep_many()
    with running_site() as site, running_mails(site) as mails:
        _warn(site, mails)


def _sweep_many() -> None:
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        bulk_data.fill(TICKETS, ages=AGES, still_open=TICKETS)
        targets = sla_data.add_targets(sla_data.COMMON, scale=SCALE)
        show(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {TICKETS:,} open tickets")
        for name in (f"{targets} new targets", "one more version"):
            _sweep_all(name, anchor)
            sla_data.add_version()


def _sweep_all(name: str, anchor: float) -> None:
    """Sweep until nothing is stale."""
    from incidents.clocks import sweep  # noqa: PLC0415 - Django must be ready

    _keep_last_notes()
    before, began, count = bulk_data.spent(), time.monotonic(), 0
    while done := sweep.sweep(at=timezone.now()):
        count += done
    spent, seconds = bulk_data.spent() - before, time.monotonic() - began
    each = spent * 1000 / count
    show(
        f"after {name}: {count:,} tickets swept in {spent:.0f} s CPU, {each:.1f} ms each, x {each / anchor:.0f};"
        f" {seconds:.0f} s on the clock"
    )


def _keep_last_notes() -> None:
    """A ticket that is stale for several reasons is swept once; here each has one note, as after one change."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("TRUNCATE incidents_slastale")
        cursor.execute("INSERT INTO incidents_slastale (ticket_id) SELECT id FROM incidents_ticket")
        cursor.execute("RESET statement_timeout")


def _warn(site: Site, mails: Mails) -> None:
    show(f"anchor: one row inserted with its commit: {measure.anchor_ms(site.servers.database_url):.2f} ms CPU")
    site.start_worker(concurrency=2)
    due = float(site.run("-m", "tests.bench.sla_backlog", str(WARNINGS), str(LEAD_MINUTES)))
    began = time.monotonic()
    wait_for("every clock is computed", lambda: not site.sql("SELECT 1 FROM incidents_slastale LIMIT 1"), limit=900)
    show(f"{WARNINGS:,} stale tickets, swept by one worker: {time.monotonic() - began:.0f} s on the clock")
    site.await_pages(senders.accepted(senders.send_all(site, site.desks(40), at_once=2)), limit=60)
    _print_pages("at rest", _pages(site, 20))
    if time.time() > due + GRACE_SECONDS - 10:
        show("The warnings fell due too early: set BENCH_LEAD_MINUTES to more.")
    time.sleep(max(due + GRACE_SECONDS - 5 - time.time(), 0))
    everybody = [item.pid for item in [*site.workers, *site.servers.children] if item.pid]
    before, old = measure.cpu_seconds(everybody), len(mails.taken())
    verdict = _pages(site, PAGES)
    wait_for("every warning", lambda: _warned(site) >= WARNINGS, limit=900, pause=0.5)
    wait_for("every mail", lambda: len(mails.taken()) - old >= WARNINGS, limit=900, pause=0.5)
    spent = measure.cpu_seconds(everybody) - before
    _print_pages(f"beside {WARNINGS:,} warnings", verdict)
    _print_late("their rows", _recorded(site), due)
    _print_late("their mails", sorted(mail["at"] for mail in mails.taken()[old:]), due)
    show(
        f"all of it with {PAGES} pages: {spent * 1000 / WARNINGS:.1f} ms CPU a warning (worker, PostgreSQL and Valkey)"
    )


def _pages(site: Site, count: int) -> oracle.Verdict:
    with senders.Stream(site, site.desks(count), each=EACH_SECONDS) as stream:
        stream.finish()
    return site.await_pages(senders.accepted(stream.sent), limit=60)


def _print_pages(when: str, verdict: oracle.Verdict) -> None:
    show(
        f"pages {when}: {verdict.planned}, lost {len(verdict.lost)}, late p50 {verdict.late_at(0.5):.3f} s,"
        f" p99 {verdict.late_at(0.99):.3f} s"
    )


def _print_late(what: str, moments: list[float], due: float) -> None:
    late = sorted(moment - due - GRACE_SECONDS for moment in moments)
    if late:
        p50 = late[len(late) // 2]
        show(f"{what}: {len(late):,}, later than a sweep can be: p50 {p50:.1f} s, max {late[-1]:.1f} s")


def _warned(site: Site) -> int:
    [(count,)] = site.sql("SELECT count(*) FROM incidents_slawarning WHERE metric = 'fulfil'")
    return int(count)


def _recorded(site: Site) -> list[float]:
    rows = site.sql("SELECT extract(epoch FROM recorded_at)::float8 FROM incidents_slawarning WHERE metric = 'fulfil'")
    return [moment for (moment,) in rows]


if __name__ == "__main__":
    main()
