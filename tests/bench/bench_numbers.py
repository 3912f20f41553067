"""The dashboard over 100,000 incidents (BENCH_TICKETS=1000000 for a million), and the demo's company loaded.

python -m config.embedded python -m tests.bench.bench_numbers
"""

import os
import time

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench import measure, plenty
from tests.bench.measure import say

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
    with plenty.scratch():
        _load()
        plenty.fill(INCIDENTS)
        _sum_up()
        client = plenty.reader()
        say(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {INCIDENTS:,} incidents")
        for name, url in PAGES.items():
            spent, queries = plenty.cost(client, url)
            say(f"{name:40} {spent:6.0f} ms CPU, {queries} queries in all, {_figures(client, url)} of them figures")
        say(f"(aims: the dashboard {AIM_MS} ms CPU and {AIM_QUERIES} queries)")


def _figures(client: object, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(url)  # type: ignore[attr-defined]
    return sum("seconds_" in query["sql"] for query in captured.captured_queries)


def _sum_up() -> None:
    """What the engine does within a minute after such a change, and what one month of it costs."""
    from incidents.reports import summary  # noqa: PLC0415 - Django must be ready

    before, months = plenty.spent(), 0
    while summary.refresh_one(at=timezone.now()):
        months += 1
    say(f"summed up: {(plenty.spent() - before) * 1000 / max(months, 1):.0f} ms CPU for each of {months} months")


def _load() -> None:
    """The demo's company, loaded and taken back."""
    from config.demo.loading import load  # noqa: PLC0415 - Django must be ready

    with transaction.atomic():
        before = time.process_time()
        load(at=timezone.now())
        spent = time.process_time() - before
        transaction.set_rollback(True)
    say(f"the demo's company: {spent:.1f} s CPU of this process (aim {AIM_LOAD_SECONDS})")


if __name__ == "__main__":
    main()
