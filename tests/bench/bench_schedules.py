"""Who is on call on 1,000 schedules, a year of the resolver, and the rota of a month.

python -m config.embedded python -m tests.bench.bench_schedules
"""

import os
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.clock import floor_minute
from tests.bench import bulk_data, measure
from tests.bench.measure import show

SCHEDULES = int(os.environ.get("BENCH_SCHEDULES", "1000"))
ROUNDS = 7
AIM_ALL_MS, AIM_QUERIES, AIM_ONE_MS, AIM_YEAR_MS, AIM_MONTH_MS = 200, 6, 3, 50, 300
PAGES = {
    f"month page of 50 schedules (aim {AIM_MONTH_MS})": "/teams/rota-0/rota/?span=month",
    "week page of the same": "/teams/rota-0/rota/?span=week",
    "who is on call, page": "/on-call/",
    "who is on call, API": "/api/v1/on-call/",
}


def main() -> None:
    """Measure and print."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        from tests.bench import rotas  # noqa: PLC0415 - Django must be ready

        rotas.fill(SCHEDULES, at=floor_minute(timezone.now()))
        show(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {SCHEDULES:,} schedules of two layers")
        _now()
        _year()
        client = _reader()
        for name, url in PAGES.items():
            spent, queries = bulk_data.cost(client, url)
            show(f"{name:48} {spent:7.1f} ms CPU, {queries} queries")


def _now() -> None:
    from oncall import schedules  # noqa: PLC0415 - Django must be ready
    from oncall.models import Schedule  # noqa: PLC0415

    at = timezone.now()
    keys = list(Schedule.objects.order_by("pk").values_list("pk", flat=True))

    def everybody() -> None:
        for roster in schedules.load_at(at):
            schedules.on_call(roster, at=at)

    def resolve_one() -> None:
        [roster] = schedules.load_at(at, ids=[keys[7]])
        schedules.on_call(roster, at=at)

    def stints() -> None:
        for roster in schedules.load_range(at, ids=keys[:50]):
            schedules.stint(roster, at=at)

    _print_timing(f"who is on call on all, cold (aim {AIM_ALL_MS})", everybody, rounds=1)
    _print_timing("the same again, median", everybody)
    _print_timing(f"on one schedule (aim {AIM_ONE_MS})", resolve_one, repeats=40)
    _print_timing("since, until and who is next, of 50", stints, repeats=4)
    with CaptureQueriesContext(connection) as queries:
        everybody()
    show(f"{'queries of who is on call on all':48} {len(queries):7} (aim {AIM_QUERIES})")


def _year() -> None:
    from oncall.schedules.timeline import segments  # noqa: PLC0415 - Django must be ready
    from tests.bench import rotas  # noqa: PLC0415

    plan, span = rotas.year()
    count = 0

    def resolve() -> None:
        nonlocal count
        count = len(list(segments(plan, **span)))

    _print_timing(f"a year, 3 layers, 50 overrides (aim {AIM_YEAR_MS})", resolve, repeats=4)
    show(f"{'its segments':48} {count:7}")
    for years in (1, 20):
        show(f"{f'memory at most over {years} years, as a stream':48} {rotas.peak_kib(years):7.0f} KiB")


def _print_timing(name: str, work: Callable[[], Any], *, rounds: int = ROUNDS, repeats: int = 1) -> None:
    """CPU of the client and of PostgreSQL; the median, divided by the runs it took to see a tick."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    figures = []
    for _ in range(rounds):
        before, server_before = time.process_time(), measure.cpu_seconds([server])
        for _ in range(repeats):
            work()
        spent = time.process_time() - before + measure.cpu_seconds([server]) - server_before
        figures.append(spent * 1000 / repeats)
    show(f"{name:48} {sorted(figures)[len(figures) // 2]:7.1f} ms CPU")


def _reader() -> Client:
    from oncall.models import User  # noqa: PLC0415 - Django must be ready

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="rota0-0@bench.example"))
    return client


if __name__ == "__main__":
    main()
