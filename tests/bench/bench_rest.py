"""What a site costs that has nothing to do: a worker with its engine, beside the same worker without one.

    python -m tests.bench.bench_rest

It brings up PostgreSQL with fsync, Valkey and one Celery worker -c 2 on a migrated, empty database.
"""

import os
import time

from tests.bench import measure
from tests.bench.measure import show
from tests.faults.site import Site, running_site, wait_for

SECONDS = float(os.environ.get("BENCH_REST_SECONDS", "60"))
SETTLE_SECONDS = 10
AIM_CPU_MS = 10


def main() -> None:
    """Measure and print, each figure beside its aim."""
    with running_site() as site:
        show(f"anchor: one row inserted with its commit: {measure.anchor_ms(site.servers.database_url):.2f} ms CPU")
        site.overrides = {"ENGINE": "0"}
        bare = _at_rest(site, "a worker without the engine")
        site.overrides = {}
        whole = _at_rest(site, "a worker with the engine")
        show(f"the engine at rest: {whole - bare:.1f} ms CPU a second (aim {AIM_CPU_MS})")


def _at_rest(site: Site, name: str) -> float:
    """CPU milliseconds a second of everybody while nothing happens, printed by its parts."""
    worker = site.start_worker(concurrency=2, wait=False)
    # A pool has been forked once all has been imported, with an engine or without.
    wait_for("the worker has started", lambda: len(site.children_of(worker)) >= 2, limit=120)
    time.sleep(SETTLE_SECONDS)
    parts = {"worker": [worker.pid or 0], "PostgreSQL": [site.postgres.pid or 0], "Valkey": [site.valkey.pid or 0]}
    before, began = {part: measure.cpu_seconds(pids) for part, pids in parts.items()}, time.monotonic()
    commits = _commits(site)
    time.sleep(SECONDS)
    seconds = time.monotonic() - began
    spent = {part: (measure.cpu_seconds(pids) - before[part]) * 1000 / seconds for part, pids in parts.items()}
    total = sum(spent.values())
    shares = ", ".join(f"{part} {value:.1f}" for part, value in spent.items())
    transactions = (_commits(site) - commits) / seconds
    show(f"{name}: {total:.1f} ms CPU a second ({shares}), {transactions:.1f} transactions a second")
    site.stop_programs()
    return total


def _commits(site: Site) -> int:
    site.sql("SELECT pg_stat_clear_snapshot()")
    [(count,)] = site.sql(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(count)


if __name__ == "__main__":
    main()
