"""The dashboard over 100,000 incidents (BENCH_TICKETS=1000000 for a million), and the demo's company loaded.

python -m config.embedded python -m tests.bench.bench_reports
"""

import os
import time

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench import bulk_data, measure
from tests.bench.measure import show

INCIDENTS = int(os.environ.get("BENCH_TICKETS", "100000"))
AIM_MS, AIM_QUERIES, AIM_LOAD_SECONDS = 150, 3, 10
PAGES = {
    "dashboard, by team": "/reports/",
    "dashboard, to acknowledge by severity": "/reports/?measure=acknowledge&by=severity",
    "dashboard, one team by service": "/reports/?team=team-3&by=service",
    "endpoint, five measures by team": "/api/v1/metrics/?by=team",
    "records behind a number": "/reports/records/?measure=restore&outcome=counted&team=team-3",
}


def main() -> None:
    """Measure and print."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        _load()
        bulk_data.fill(INCIDENTS)
        _sum_up()
        client = bulk_data.reader()
        show(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {INCIDENTS:,} incidents")
        for name, url in PAGES.items():
            spent, queries = bulk_data.cost(client, url)
            show(f"{name:40} {spent:6.0f} ms CPU, {queries} queries in all, {_figures(client, url)} of them figures")
        show(f"(aims: the dashboard {AIM_MS} ms CPU and {AIM_QUERIES} queries)")


def _figures(client: object, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(url)  # type: ignore[attr-defined]
    return sum("seconds_" in query["sql"] for query in captured.captured_queries)


def _sum_up() -> None:
    """What the engine does within a minute after such a change, and the cost of one month of it."""
    from incidents.reports import summary  # noqa: PLC0415 - Django must be ready

    before, months = bulk_data.spent(), 0
    while summary.refresh_one(at=timezone.now()):
        months += 1
    show(f"summed up: {(bulk_data.spent() - before) * 1000 / max(months, 1):.0f} ms CPU for each of {months} months")


def _load() -> None:
    """The demo's company, loaded and rolled back."""
    from config.demo.loading import load  # noqa: PLC0415 - Django must be ready

    with transaction.atomic():
        before = time.process_time()
        load(at=timezone.now())
        spent = time.process_time() - before
        transaction.set_rollback(True)
    show(f"the demo's company: {spent:.1f} s CPU of this process (aim {AIM_LOAD_SECONDS})")


if __name__ == "__main__":
    main()
