"""CPU of accepting an alert durably, beside its minimum cost, measured in one run.

    python -m config.embedded python -m tests.bench.bench_intake

Both sides run under gunicorn with one worker; counted is the CPU of that worker and of PostgreSQL's backends.
"""

import http.client
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

ROUNDS = 30
"""Many short rounds: the two sides are measured within the same second, and an odd second is one of many."""
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "50"))
BATCH = 100
HISTORY = 20_000
"""Closed alerts of each integration before the first request."""


def cpu_seconds(pids: list[int]) -> float:
    """CPU that these processes have used so far, by the kernel's clock of each process, to the nanosecond."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)  # clock_getcpuclockid(3)


def backends() -> list[int]:
    """PostgreSQL's processes for this database, without our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pid FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        )
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def server(application: str) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """A gunicorn with one worker; its connection and the worker's process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1"),
        *("--worker-class", "gthread", "--threads", "2", "--keep-alive", "60", "--no-control-socket"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield _connect(port), _worker_of(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _connect(port: int) -> http.client.HTTPConnection:
    for _ in range(300):
        try:
            link = http.client.HTTPConnection("localhost", port)
            link.request("GET", "/v2/enqueue")
            link.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return link
    raise SystemExit("The server did not start within 30 seconds.")


def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(children[0])


def measure(
    link: http.client.HTTPConnection, worker: int, path: str, body: Callable[[int], object], *, times: int = REQUESTS
) -> float:
    """Milliseconds of CPU a request costs."""
    texts = [json.dumps(body(number)) for number in range(times)]
    pids = [worker, *backends()]
    before = cpu_seconds(pids)
    for text in texts:
        link.request("POST", path, text, {"Content-Type": "application/json"})
        answer = link.getresponse()
        answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path} answered {answer.status}.")
    return (cpu_seconds(pids) - before) * 1000 / times


def event(key: str, dedup_key: str) -> dict[str, object]:
    """A PagerDuty event of the usual size."""
    details = {"host": "db1", "mount": "/var", "free": "1%", "note": "x" * 200}
    payload = {"summary": "Disk full on db1", "source": "db1", "severity": "info", "custom_details": details}
    return {"routing_key": key, "event_action": "trigger", "dedup_key": dedup_key, "payload": payload}


def group(run: str, number: int) -> dict[str, object]:
    """An Alertmanager body with a hundred alerts."""
    labels = {"alertname": "Down", "severity": "warning", "job": "node", "cluster": "eu-1"}
    alerts = [
        {
            "status": "firing",
            "labels": {**labels, "instance": f"host{number}-{index}"},
            "annotations": {"summary": f"host{index} is down", "description": "It does not answer. " * 5},
            "startsAt": "2026-06-01T11:58:00.521693Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example/graph?g0.expr=up",
            "fingerprint": f"{run}{number:06}{index:04}",
        }
        for index in range(BATCH)
    ]
    return {"version": "4", "groupKey": f"{run}:{number}", "status": "firing", "alerts": alerts}


def prepare() -> tuple[str, str]:
    """Migrate, make the floor's tables and two integrations; their keys."""
    from incidents.integrations import lifecycle  # noqa: PLC0415 - Django must be ready
    from incidents.models import Service, Severity  # noqa: PLC0415
    from oncall.models import Team  # noqa: PLC0415
    from tests.bench.baseline import TABLES  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    team, _ = Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    service, _ = Service.objects.get_or_create(slug="bench", defaults={"name": "Bench", "team": team})
    severity = Severity.objects.order_by("-position").first() or Severity.objects.create(
        rank=5, name="SEV5", title="Minor", description="Bench", pages=False
    )
    keys = []
    for kind in ("pagerduty", "alertmanager"):
        name = f"bench {kind} {secrets.token_hex(4)}"
        _, key = lifecycle.create_integration(
            name=name, kind=kind, service=service, default_severity=severity, actor=None, at=timezone.now()
        )
        keys.append(key)
    _fill()
    return keys[0], keys[1]


def _fill() -> None:
    """Give both sides a history, and the planner its figures: an empty table is planned as no real one is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO incidents_alert (integration_id, dedup_key, group_key, status, title, severity_word, source,
                   link, payload, count, started_at, opened_at, closed_at, last_event_at, route_attempts, explanation)
               SELECT id, 'old-' || number, 'old', 'closed', 'Disk full on db1', 'info', 'db1', '', '{}', 1,
                   opened_at, opened_at, opened_at, opened_at, 0, ''
               FROM incidents_integration, generate_series(1, %(rows)s) number,
                   LATERAL (SELECT now() - number * interval '1 minute' AS opened_at) past
               WHERE name LIKE 'bench %%'""",
            {"rows": HISTORY},
        )
        cursor.execute(
            """INSERT INTO bench_alert (dedup_key, title, payload, count, at)
               SELECT 'old-' || number, 'Disk full on db1', '{}', 1, now() FROM generate_series(1, %s) number""",
            [HISTORY],
        )
        cursor.execute("VACUUM ANALYZE incidents_alert, incidents_event, bench_alert, bench_event, bench_outbox")


def main() -> None:
    """Measure in turns, so that both sides have the same machine load, and print medians and ratios."""
    django.setup()
    events, alerts = prepare()
    figures: dict[str, list[float]] = {}
    try:
        _measure_all(figures, events, alerts)
    finally:
        clean_up()
    report(figures)


def _measure_all(figures: dict[str, list[float]], events: str, alerts: str) -> None:
    with server("tests.bench.baseline:application()") as floor, server("config.wsgi:application") as ours:
        for turn in range(ROUNDS + 1):
            for name, value in _turn(floor, ours, events, alerts).items():
                if turn:  # the first turn warms up
                    figures.setdefault(name, []).append(value)


def clean_up() -> None:
    """Delete everything that an engine would route."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM incidents_event USING incidents_integration integration
               WHERE integration_id = integration.id AND integration.name LIKE 'bench %'"""
        )
        cursor.execute(
            """DELETE FROM incidents_alert USING incidents_integration integration
               WHERE integration_id = integration.id AND integration.name LIKE 'bench %'"""
        )
        cursor.execute("DELETE FROM incidents_integration WHERE name LIKE 'bench %'")
        cursor.execute("DROP TABLE bench_alert, bench_event, bench_outbox")


def _turn(
    floor: tuple[http.client.HTTPConnection, int], ours: tuple[http.client.HTTPConnection, int], key: str, alerts: str
) -> dict[str, float]:
    """One figure of each kind, the two sides close to one another in time."""
    run = secrets.token_hex(3)

    def enqueue(number: int) -> object:
        return event(key, f"{run}-{number}")

    def started(number: int) -> object:
        report = event(key, f"{run}-s{number}")
        report["payload"] |= {"timestamp": "2026-06-01T11:58:00Z"}  # type: ignore[operator]  # the payload is a dict
        return report

    def repeat(_: int) -> object:
        return event(key, f"{run}-1")

    def hundred(number: int) -> object:
        return group(run, number)

    return {
        "floor, new key": measure(*floor, "/v2/enqueue", enqueue),
        "ours, new key": measure(*ours, "/v2/enqueue", enqueue),
        "ours, with a start": measure(*ours, "/v2/enqueue", started),
        "floor, repeat": measure(*floor, "/v2/enqueue", repeat),
        "ours, repeat": measure(*ours, "/v2/enqueue", repeat),
        "ours, batch of 100": measure(*ours, f"/integrations/alertmanager/{alerts}", hundred, times=REQUESTS // 10),
    }


def report(figures: dict[str, list[float]]) -> None:
    """Print the medians, and the median of what ours was as a multiple of the floor in the same round."""
    median = {name: statistics.median(values) for name, values in figures.items()}
    lines = [f"{name:18} {value:6.2f} ms CPU" for name, value in median.items()]
    lines += [
        f"accept {_ratio(figures, 'new key'):.2f} x the floor (aim 1.4)",
        f"accept with a start {_ratio(figures, 'with a start', floor='new key'):.2f} x the floor (aim 1.4)",
        f"repeat {_ratio(figures, 'repeat'):.2f} x the floor (aim 1.2)",
        f"batch: {median['ours, batch of 100'] / BATCH:.2f} ms an alert (aim 0.5)",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _ratio(figures: dict[str, list[float]], name: str, *, floor: str = "") -> float:
    pairs = zip(figures[f"ours, {name}"], figures[f"floor, {floor or name}"], strict=True)
    return statistics.median(ours / least for ours, least in pairs)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
