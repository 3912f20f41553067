"""One update to 5,000 subscribers while pages are due: how late they are, mails a second, CPU of a mail.

    python -m tests.bench.bench_customers

It brings up a whole installation of its own, as `bench_paging` does, with a mail server outside the product.
"""

import os
import time

from tests.bench import measure
from tests.bench.measure import show
from tests.faults import oracle, senders
from tests.faults.mails import Mails, running_mails
from tests.faults.site import Site, running_site, wait_for

SUBSCRIBERS = int(os.environ.get("BENCH_SUBSCRIBERS", "5000"))
PAGES = 40
EACH_SECONDS = 0.5
IDLE_SECONDS = 5


def main() -> None:
    """Measure and print: pages with the site at rest, then the same beside the fan-out."""
    with running_site() as site, running_mails(site) as mails:
        show(f"anchor: one row inserted with its commit: {measure.anchor_ms(site.servers.database_url):.2f} ms CPU")
        site.start_worker(concurrency=2)
        mails.fill(SUBSCRIBERS)
        site.await_pages(senders.accepted(senders.send_all(site, site.desks(40), at_once=2)), limit=60)
        _print_lateness("idle", _pages(site))
        _fan_out(site, mails)


def _pages(site: Site) -> oracle.Verdict:
    with senders.Stream(site, site.desks(PAGES), each=EACH_SECONDS) as stream:
        stream.finish()
    return site.await_pages(senders.accepted(stream.sent), limit=60)


def _print_lateness(when: str, verdict: oracle.Verdict) -> None:
    show(
        f"{when}: {verdict.planned} pages, lost {len(verdict.lost)}, late p50 {verdict.late_at(0.5):.3f} s,"
        f" p99 {verdict.late_at(0.99):.3f} s"
    )


def _fan_out(site: Site, mails: Mails) -> None:
    everybody = [item.pid for item in [*site.workers, *site.servers.children] if item.pid]
    before, began = measure.cpu_seconds(everybody), time.monotonic()
    time.sleep(IDLE_SECONDS)
    idle = (measure.cpu_seconds(everybody) - before) / (time.monotonic() - began)
    mails.publish()
    wait_for("the first mail", mails.taken, limit=60, pause=0.01)
    before, began = measure.cpu_seconds(everybody), time.monotonic()
    verdict = _pages(site)
    mid = len(mails.taken())
    mails.await_all(limit=900)
    seconds, came = time.monotonic() - began, mails.taken()
    spent = measure.cpu_seconds(everybody) - before - idle * seconds
    _print_lateness(f"beside the fan-out ({mid} mails taken by the last page)", verdict)
    show(
        f"{len(came)} mails to {len({item['to'] for item in came})} subscribers in {seconds:.0f} s:"
        f" {len(came) / seconds:.0f} a second, {spent * 1000 / len(came):.1f} ms CPU each"
        f" (worker, PostgreSQL and Valkey; with {PAGES} pages)"
    )


if __name__ == "__main__":
    main()
