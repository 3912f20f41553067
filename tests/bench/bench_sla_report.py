"""The SLA report of a month with 100,000 decided clocks, beside 200,000 of other months.

python -m config.embedded python -m tests.bench.bench_sla_report
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench import bulk_data, measure
from tests.bench.measure import show

CLOCKS = int(os.environ.get("BENCH_CLOCKS", "100000"))
MONTHS = 3
AIM_MS = 100
GROUPINGS = ("service", "team", "customer", "category", "month")
BROKEN_EVERY, WAIVED_EVERY, IMPORTED_EVERY, CUSTOMERS = 9, 90, 50, 40


def main() -> None:
    """Measure the statements alone, then the pages, and print."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    with bulk_data.scratch():
        bulk_data.fill(CLOCKS)
        since, until = _month(timezone.now())
        _fill(since)
        client = bulk_data.reader()
        show(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {CLOCKS:,} clocks in {since:%B %Y}")
        for by in GROUPINGS:
            spent, rows = _statements(by, since, until)
            show(f"statements, by {by:9} {spent:6.1f} ms CPU, {rows} groups (aim {AIM_MS}), x {spent / anchor:.0f}")
        period = {"since": f"{since:%Y-%m-%d}", "until": f"{until - timedelta(days=1):%Y-%m-%d}"}
        pages = {f"page, by {by}": f"/reports/sla/?{urlencode(period | {'by': by})}" for by in GROUPINGS}
        pages["endpoint, by team"] = f"/api/v1/reports/sla/?{urlencode(period | {'by': 'team'})}"
        broken = period | {"outcome": "broken", "kind": "sla", "metric": "restore", "team": "team-3"}
        pages["records behind a number"] = f"/reports/sla/clocks/?{urlencode(broken)}"
        for name, url in pages.items():
            spent, queries = bulk_data.cost(client, url)
            show(f"{name:25} {spent:6.1f} ms CPU, {queries} queries, x {spent / anchor:.0f}")


def _month(at: datetime) -> tuple[datetime, datetime]:
    """The last full month, in UTC."""
    until = datetime(at.year, at.month, 1, tzinfo=UTC)
    before = until - timedelta(days=1)
    return datetime(before.year, before.month, 1, tzinfo=UTC), until


def _statements(by: str, since: datetime, until: datetime) -> tuple[float, int]:
    """CPU milliseconds of one report without its page (the median), and its rows."""
    from incidents.models import SlaCycle  # noqa: PLC0415 - Django must be ready
    from incidents.sla.report import read_report  # noqa: PLC0415
    from oncall.models import User  # noqa: PLC0415

    reader = User.objects.get(email="p0@bench.example")

    def report() -> list[Any]:
        cycles = SlaCycle.objects.visible_to(reader).filter(decided_at__gte=since, decided_at__lt=until)
        return read_report(cycles, by=by, zone=ZoneInfo("Europe/Berlin"))

    report()
    if os.environ.get("BENCH_EXPLAIN"):
        _explain(report)
    figures = []
    for _ in range(bulk_data.ROUNDS):
        before = bulk_data.spent()
        for _ in range(3):
            sections = report()
        figures.append((bulk_data.spent() - before) * 1000 / 3)
    return sorted(figures)[bulk_data.ROUNDS // 2], sum(len(section.groups) for section in sections)


def _explain(report: Any) -> None:
    """Show the plan of each statement; set BENCH_EXPLAIN to see them."""
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        report()
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
            for (line,) in cursor.fetchall():
                show(f"    {line}")


def _fill(since: datetime) -> None:
    """As many clocks in each of three months; one in nine is broken, one in ninety waived, one in fifty imported."""
    from tests.factories.sla import SlaTargetVersionFactory  # noqa: PLC0415 - Django must be ready

    for metric in ("restore", "acknowledge"):
        SlaTargetVersionFactory(target__metric=metric)
    starts = since - timedelta(days=31 * (MONTHS - 1))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            """INSERT INTO incidents_slacycle (ticket_id, kind, metric, team_id, cycle, version_id, state, started_at,
                    stopped_at, due_at, goal_minutes, elapsed_minutes, paused_by, breached_at, breach_holds,
                    computed_at, decided_at, is_kept, service_id, owner_id, category, customers, source)
                SELECT ticket.id, target.kind, target.metric, NULL, 1 + n / %(clocks)s, version.id,
                    CASE WHEN n %% %(broken)s = 0 THEN 'breached' ELSE 'met' END, moment - interval '2 hours', moment,
                    moment, 480, 120, '{}', CASE WHEN n %% %(broken)s = 0 THEN moment END,
                    CASE WHEN n %% %(broken)s = 0 THEN n %% 700 <> 0 END, moment, moment, n %% %(broken)s <> 0,
                    ticket.service_id, ticket.team_id, 'Category ' || n %% 12,
                    CASE WHEN n %% 3 = 0 THEN '{}' ELSE ARRAY['Customer ' || n %% %(customers)s] END,
                    CASE WHEN n %% %(imported)s = 0 THEN 'Former desk' ELSE '' END
                FROM generate_series(0, %(clocks)s * %(months)s - 1) n
                JOIN LATERAL (
                    SELECT %(starts)s + n * interval '1 month' / %(clocks)s AS moment
                ) made ON true
                JOIN (SELECT id, service_id, team_id, row_number() OVER (ORDER BY id) - 1 AS place
                      FROM incidents_ticket) ticket ON ticket.place = n %% %(clocks)s
                JOIN (SELECT id, target_id, row_number() OVER (ORDER BY id) - 1 AS place
                      FROM incidents_slatargetversion) version ON version.place = n %% 2
                JOIN incidents_slatarget target ON target.id = version.target_id
                ORDER BY n""",
            {"clocks": CLOCKS, "months": MONTHS, "starts": starts, "broken": BROKEN_EVERY, "customers": CUSTOMERS,
             "imported": IMPORTED_EVERY},
        )  # fmt: skip
        cursor.execute(
            """INSERT INTO incidents_slabreach (ticket_id, kind, metric, team_id, cycle, version_id, goal_minutes,
                    breached_at, source)
                SELECT ticket_id, kind, metric, team_id, cycle, version_id, goal_minutes,
                    date_trunc('minute', breached_at), source
                FROM incidents_slacycle WHERE NOT is_kept"""
        )
        cursor.execute(
            """INSERT INTO incidents_slawaiver (breach_id, reason, status, requested_by_id, requested_at,
                    decided_by_id, decided_at)
                SELECT breach.id, 'Agreed', 'approved', person.least, now(), person.greatest, now()
                FROM incidents_slabreach breach,
                    (SELECT min(id) AS least, max(id) AS greatest FROM oncall_user) person
                WHERE breach.id %% %s = 0""",
            [WAIVED_EVERY // BROKEN_EVERY],
        )
        cursor.execute("VACUUM ANALYZE incidents_slacycle, incidents_slabreach, incidents_slawaiver")
        cursor.execute("RESET statement_timeout")


if __name__ == "__main__":
    main()
