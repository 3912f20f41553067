"""From an accepted alert to a recorded page: CPU of everybody together, idle latency, memory, start-up.

    python -m tests.bench.bench_paging

It brings up a whole installation of its own, with fsync on: web with 2 processes, one Celery worker -c 2,
PostgreSQL, Valkey, and a provider outside the product.
"""

import os
import random
import resource
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tests.bench import measure
from tests.bench.measure import show
from tests.faults import oracle, plans, senders
from tests.faults.site import Site, running_site, wait_for

INCIDENTS = int(os.environ.get("BENCH_INCIDENTS", "200"))
IDLE_SECONDS = 5
AIM_CPU_MS = 30
AIM_P50, AIM_P99 = 0.2, 0.5
AIM_MEMORY_MIB = 350
AIM_START_SECONDS, AIM_MIGRATE_SECONDS = 3, 5


def main() -> None:
    """Measure and print, each figure beside its aim."""
    with running_site() as site:
        show(f"anchor: one row inserted with its commit: {_anchor(site):.2f} ms CPU")
        _starts(site)
        _warm_up(site)
        _memory(site)
        _latency(site)
        _cpu(site)
        show(f"anchor again: {_anchor(site):.2f} ms CPU")


def _anchor(site: Site) -> float:
    return measure.anchor_ms(site.servers.database_url)


def _roots(site: Site) -> list[int]:
    programs = [site.web, *site.workers]
    return [child.pid for child in programs if child is not None and child.pid]


def _servers(site: Site) -> list[int]:
    return [child.pid for child in site.servers.children if child.pid]


def _starts(site: Site) -> None:
    site.start_web()
    wait_for("web is ready", site.is_ready, limit=60)
    web = measure.cpu_seconds(_roots(site))
    worker = site.start_worker(concurrency=2)
    engine = measure.cpu_seconds([worker.pid or 0])
    show(f"start: web with 2 processes {web:.1f} CPU-s, worker -c 2 {engine:.1f} CPU-s (aim {AIM_START_SECONDS} each)")
    site.sql("CREATE DATABASE bench_migrations")
    parts = urlsplit(site.servers.database_url)
    empty = parts._replace(path="/bench_migrations").geturl()
    before = _children() + measure.cpu_seconds(_servers(site))
    site.overrides = {"DATABASE_URL": empty}
    site.run("manage.py", "migrate", "--verbosity=0")
    site.overrides = {}
    spent = _children() + measure.cpu_seconds(_servers(site)) - before
    show(f"migrations from empty: {spent:.1f} CPU-s (aim {AIM_MIGRATE_SECONDS})")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _warm_up(site: Site) -> None:
    desks = _desks(site, 40)
    site.await_pages(_plan(senders.send_all(site, desks, at_once=2), desks), limit=60)


def _memory(site: Site) -> None:
    mib = measure.memory_mib(_roots(site))
    show(f"memory: web with 2 processes and worker -c 2: {mib:.0f} MiB PSS (aim {AIM_MEMORY_MIB})")


def _latency(site: Site) -> None:
    sent = []
    desks = _desks(site, 100)
    for desk in desks:
        sent.append(senders.send(site, desk))
        time.sleep(random.uniform(0.1, 0.3))
    verdict = site.await_pages(_plan(sent, desks), limit=30)
    show(
        f"idle, accepted to page at the provider: p50 {verdict.late_at(0.5):.3f} s (aim {AIM_P50}),"
        f" p99 {verdict.late_at(0.99):.3f} s (aim {AIM_P99})"
    )


def _cpu(site: Site) -> None:
    everybody = [*_roots(site), *_servers(site)]
    desks = _desks(site, INCIDENTS)
    _put_off_checks(site)
    before, began = measure.cpu_seconds(everybody), time.monotonic()
    time.sleep(IDLE_SECONDS)
    idle = (measure.cpu_seconds(everybody) - before) / (time.monotonic() - began)
    parts = {"web": _roots(site)[:1], "worker": _roots(site)[1:], "servers": _servers(site)}
    befores = {name: measure.cpu_seconds(pids) for name, pids in parts.items()}
    began = time.monotonic()
    plan = _plan(senders.send_all(site, desks, at_once=2), desks)
    _await_timeline(site, plan)
    seconds = time.monotonic() - began
    spent = {name: measure.cpu_seconds(pids) - befores[name] for name, pids in parts.items()}
    each = (sum(spent.values()) - idle * seconds) * 1000 / INCIDENTS
    shares = ", ".join(f"{name} {value * 1000 / INCIDENTS:.1f}" for name, value in spent.items())
    show(f"idle: {idle * 1000:.0f} ms CPU a second")
    show(
        f"all work of one paged incident: {each:.1f} ms CPU (aim {AIM_CPU_MS}); with idling: {shares};"
        f" {INCIDENTS / seconds:.0f} incidents a second"
    )


def _desks(site: Site, count: int) -> list[dict[str, Any]]:
    """Desks with one person a step and one channel, so that an incident is one page."""
    desks = site.desks(count)
    site.sql("DELETE FROM oncall_escalationtarget WHERE position > 0")
    site.sql(
        "DELETE FROM oncall_notificationrule rule USING oncall_contactmethod method"
        " WHERE method.id = rule.contact_method_id AND method.kind <> 'sms'"
    )
    return desks


def _plan(sent: Iterable[senders.Sent], desks: Iterable[dict[str, Any]]) -> list[oracle.Planned]:
    """The pages of these desks: a text to the first person."""
    ways = {(("sms", plans.phone(desk["first"])),) for desk in desks}
    return [page for page in senders.accepted(sent) if page.ways in ways]


def _put_off_checks(site: Site) -> None:
    """Leave the first check of each new desk for later: it would go on for minutes, and is none of a page's work."""
    site.sql(
        """INSERT INTO incidents_servicereadiness (service_id, passed, total, score, items, due_at)
           SELECT id, 0, 0, 0, '[]', now() + interval '1 day' FROM incidents_service
           ON CONFLICT (service_id) DO UPDATE SET due_at = EXCLUDED.due_at"""
    )


def _await_timeline(site: Site, plan: list[oracle.Planned]) -> None:
    """Wait for the last page, and until every timeline knows of it."""
    site.await_pages(plan, limit=120)
    untold = "SELECT 1 FROM oncall_page WHERE relay_at IS NOT NULL LIMIT 1"
    wait_for("every timeline knows", lambda: not site.sql(untold), limit=30)


if __name__ == "__main__":
    main()
