"""A scratch database with very many tickets, made by SQL, and what a request costs in it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.measure import cpu_seconds

NAME = "bench_plenty"
OPEN = 2000
YEAR = (350.0, 0.0)
TEAMS, SERVICES, PEOPLE = 20, 60, 200
ROUNDS = 7
# What a row of the n-th ticket holds; all other columns are empty. The last ones are open, one in 500 is private.
_ROW = {
    "kind": "'incident'",
    "title": "(ARRAY['Payments fail', 'Search is slow', 'Replica lags', 'Printer is pale'])[1 + n % 4] || ' ' || n",
    "is_security": "n % 50 = 0",
    "contact_type": "(ARRAY['alert', 'phone', 'email'])[1 + n % 3]",
    "service_id": "(SELECT min(id) FROM incidents_service) + n * 7 % {services}",
    "priority": "1 + n % 5",
    "reassignments": "0",
    "severity_id": "(SELECT min(id) FROM incidents_severity) + n % 5",
    "status": "CASE WHEN n > {open_from} THEN 'in_progress' ELSE 'closed' END",
    "closure_code": "CASE WHEN n > {open_from} THEN '' ELSE 'solved' END",
    "team_id": "(SELECT min(id) FROM oncall_team) + n * 7 % {teams}",
    "assignee_id": "(SELECT min(id) FROM oncall_user) + n % {people}",
    "visibility": "CASE WHEN n % 500 = 0 THEN 'private' ELSE 'open' END",
    "visibility_reason": "CASE WHEN n % 500 = 0 THEN 'Personal data' ELSE '' END",
    "external_links": "'[]'",
    "custom": "'{{}}'",
    "created_at": "began",
    "updated_at": "began",
    "impact_started_at": "began",
    "alerted_at": "CASE WHEN n % 3 = 0 THEN began + interval '1 minute' END",
    "acknowledged_at": "began + (2 + n % 17) * interval '1 minute'",
    "work_started_at": "began + (3 + n % 17) * interval '1 minute'",
    "restored_at": "CASE WHEN n <= {open_from} THEN began + (20 + n * 31 % 997) * interval '1 minute' END",
    "resolved_at": "CASE WHEN n <= {open_from} THEN began + (1020 + n * 37 % 9973) * interval '1 minute' END",
    "sla_due_at": """CASE WHEN n > {open_from} AND n % 4 > 0
        THEN now() + (n * 37 % 2000 - 300) * interval '1 minute' END""",
    "closed_at": "CASE WHEN n <= {open_from} THEN began + interval '9 days' END",
    "origin": "'demo'",
}
# What the timeline of the n-th ticket says to clocks, by the column that says when: the facts as an SQL text.
_FACTS = {
    "created_at": """jsonb_build_array(jsonb_build_object('type', 'opened', 'fields', jsonb_build_object(
        'kind', ticket.kind, 'severity', ticket.severity_id, 'major', severity.is_major, 'priority', ticket.priority,
        'service', ticket.service_id, 'tier', service.tier, 'team', ticket.team_id, 'category', ticket.category,
        'customers', jsonb_build_array(), 'vip', false, 'location', '', 'request_type', NULL,
        'security', ticket.is_security)))""",
    "alerted_at": """'[{"type": "alerted"}]'::jsonb""",
    "acknowledged_at": "jsonb_build_array(jsonb_build_object('type', 'acknowledged', 'team', ticket.team_id))",
    "restored_at": """'[{"type": "restored"}]'::jsonb""",
    "resolved_at": """'[{"type": "resolved"}]'::jsonb""",
}
_KINDS = {"created_at": "opened", "alerted_at": "page"}
_HISTORY = "60 days"
"""Of older tickets that are over the timeline stays empty."""


@contextmanager
def scratch() -> Iterator[None]:
    """A migrated, empty database of its own, which Django then uses; dropped afterwards."""
    address = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(address.geturl(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = address._replace(path=f"/{NAME}").geturl()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("STATIC_FROM_SOURCE", "1")
        try:
            django.setup()
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def fill(count: int, *, ages: tuple[float, float] = YEAR, still_open: int = OPEN) -> None:
    """Delete all tickets and create `count` new ones; see `add`."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("TRUNCATE incidents_ticket CASCADE")
        add(count, ages=ages, still_open=still_open)
        cursor.execute("VACUUM ANALYZE incidents_ticket, incidents_incident, incidents_timelineentry")
        cursor.execute("RESET statement_timeout")


def add(count: int, *, ages: tuple[float, float] = YEAR, still_open: int = OPEN) -> None:
    """Create `count` tickets, the last of them open; the first call also creates teams, services and people.

    `ages` are the days since the first and since the last was opened; the others lie evenly between.
    """
    from incidents.models import Incident, Ticket  # noqa: PLC0415 - Django must be ready

    _settle()
    columns = [field for field in Ticket._meta.concrete_fields if field.attname not in {"id", "number"}]
    row = {name: text.format(**_sizes(count - still_open)).replace("%", "%%") for name, text in _ROW.items()}
    values = [row.get(field.attname, "NULL" if field.null else "''") for field in columns]
    own = [str(field.column) for field in Incident._meta.local_concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO incidents_ticket ({", ".join(str(field.column) for field in columns)})
                SELECT {", ".join(values)}
                FROM (SELECT n, now() - (%s + (%s - n) * %s / %s) * interval '1 day' AS began
                      FROM generate_series(1, %s) n) made""",  # noqa: S608 - all of it is ours
            [ages[1], count, ages[0] - ages[1], count, count],
        )
        cursor.execute(
            f"""INSERT INTO incidents_incident (ticket_ptr_id, {", ".join(own)})
                SELECT id, {", ".join(["''"] * len(own))} FROM incidents_ticket"""  # noqa: S608
        )
    _write_history()


def promise_open() -> None:
    """Give each open ticket that has something due a running clock, and one in four a paused one, under one target."""
    from tests.factories.sla import SlaTargetVersionFactory  # noqa: PLC0415 - Django must be ready

    version = SlaTargetVersionFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO incidents_slacycle (ticket_id, kind, metric, cycle, version_id, state, started_at, due_at,
                    goal_minutes, elapsed_minutes, paused_by, paused_since, computed_at, category, customers, source)
                SELECT id, 'sla', 'restore', 1, %s, CASE WHEN sla_due_at IS NULL THEN 'paused' ELSE 'running' END,
                    created_at, sla_due_at, 480, 120,
                    CASE WHEN sla_due_at IS NULL THEN ARRAY['requester'] ELSE ARRAY[]::varchar[] END,
                    CASE WHEN sla_due_at IS NULL THEN created_at END, now(), '', '{}', ''
                FROM incidents_ticket WHERE status <> 'closed'""",
            [version.pk],
        )
        cursor.execute("VACUUM ANALYZE incidents_slacycle")


def write_on_newest(entries: int) -> str:
    """Write so many notes on the newest ticket; its address."""
    from incidents.models import Ticket  # noqa: PLC0415 - Django must be ready

    ticket = Ticket.objects.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO incidents_timelineentry (ticket_id, kind, at, recorded_at, text, data, source, facts)
                SELECT %s, 'note', now() - n * interval '1 minute', now() - n * interval '1 minute',
                    'Looked at the log of worker ' || n || '. Nothing new.', '{}', '', '[]'
                FROM generate_series(1, %s) n""",
            [ticket.pk, entries],
        )
    return ticket.get_absolute_url()


def _write_history() -> None:
    """The timelines of the open tickets and of those of the last two months, as clocks read them."""
    with connection.cursor() as cursor:
        for column, facts in _FACTS.items():
            cursor.execute(
                f"""INSERT INTO incidents_timelineentry (ticket_id, kind, at, recorded_at, text, data, source, facts)
                    SELECT ticket.id, %s, {column}, {column}, '', '{{}}', '', {facts}
                    FROM incidents_ticket ticket
                    JOIN incidents_severity severity ON severity.id = ticket.severity_id
                    JOIN incidents_service service ON service.id = ticket.service_id
                    WHERE {column} IS NOT NULL
                      AND (ticket.restored_at IS NULL OR ticket.restored_at > now() - %s::interval)
                    ORDER BY ticket.id""",  # noqa: S608 - all of it is ours
                [_KINDS.get(column, "status"), _HISTORY],
            )


def _sizes(open_from: int) -> dict[str, int]:
    return {"open_from": open_from, "teams": TEAMS, "services": SERVICES, "people": PEOPLE}


def _settle() -> None:
    """Teams, services, people and severities, once."""
    from django.contrib.auth.models import Group  # noqa: PLC0415 - Django must be ready

    from incidents.models import Service, Severity  # noqa: PLC0415
    from oncall.models import Membership, Team, User  # noqa: PLC0415

    if Team.objects.exists():
        return
    teams = Team.objects.bulk_create(Team(name=f"Team {n}", slug=f"team-{n}") for n in range(TEAMS))
    people = User.objects.bulk_create(User(name=f"Person {n}", email=f"p{n}@bench.example") for n in range(PEOPLE))
    Membership.objects.bulk_create(Membership(team=teams[n % TEAMS], user=person) for n, person in enumerate(people))
    people[0].groups.set(Group.objects.filter(name="Manager"))
    Service.objects.bulk_create(
        Service(name=f"Service {n}", slug=f"service-{n}", team=teams[n % TEAMS]) for n in range(SERVICES)
    )
    Severity.objects.bulk_create(
        Severity(position=n, rank=n, name=f"SEV{n}", title=f"Severity {n}", description="Bench", pages=n < 4)
        for n in range(1, 6)
    )


def reader() -> Any:
    """A client that is signed in as a member of one team."""
    from oncall.models import User  # noqa: PLC0415 - Django must be ready

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="p0@bench.example"))
    return client


def spent() -> float:
    """CPU seconds so far, of this process and of the server's process that answers it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    return time.process_time() + cpu_seconds([server])


def cost(client: Any, url: str) -> tuple[float, int]:
    """CPU milliseconds of one request, here and in PostgreSQL together (the median), and its queries."""
    figures = []
    client.get(url)
    for _ in range(ROUNDS):
        times = 3
        before = spent()
        for _ in range(times):
            answer = client.get(url)
            if answer.status_code != 200:
                raise SystemExit(f"{url} answered {answer.status_code}.")
        figures.append((spent() - before) * 1000 / times)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return sorted(figures)[ROUNDS // 2], len(queries)
