"""Sends live alerts at a realistic pace, as any source does: `python -m config.demo.live_alerts`."""

import hashlib
import json
import random
import signal
import ssl
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib import error, request

FIRST_AFTER = 20.0
BETWEEN = (150.0, 330.0)
LASTS = (240.0, 720.0)
RESTS = 660.0
"""An alert stays away for longer than its service's flapping window, so that each is an incident of its own."""
_OPEN_FILE = "alerts-open.json"
# Integration, name, severity word, instance, summary.
_Alert = tuple[str, str, str, str, str]
_ALERTS: list[_Alert] = [
    ("Prometheus", "CheckoutErrors", "critical", "checkout-3", "More than 5 % of checkouts fail"),
    ("Prometheus", "PaymentSlow", "warning", "payment-1", "Paying takes longer than 4 seconds"),
    ("Prometheus (platform)", "ReplicationLag", "warning", "orders-db-2", "The replica is 90 seconds behind"),
    ("Prometheus (platform)", "DiskWillFill", "critical", "orders-db-1", "The disk will be full in 4 hours"),
    ("Shop monitoring", "SearchDown", "critical", "search.demo.example", "Search does not answer"),
    ("Shop monitoring", "SearchSlow", "warning", "search.demo.example", "Search takes 3 seconds"),
]


def main(folder: Path) -> int:
    """Send an alert, wait, resolve it, until a signal to stop. The keys come from the credentials file."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    site = json.loads((folder / "credentials.json").read_text())
    integrations = {integration["name"]: integration for integration in site["integrations"]}
    authority = folder / "tls" / "authority.pem"
    context = ssl.create_default_context(cafile=authority) if authority.exists() else None
    chance = random.Random()
    firing: list[tuple[float, _Alert, str]] = []
    ended_at: dict[_Alert, float] = {}
    next_at = time.monotonic() + FIRST_AFTER
    for alert in _alerts_of_earlier_run(folder):
        _send(
            integrations[alert[0]],
            alert,
            datetime.now(UTC).isoformat(),
            context,
            is_firing=False,
            base=site["base_url"],
        )
    _save_open(folder, firing)
    while not stopping.wait(1.0):
        now = time.monotonic()
        for ends_at, alert, started_at in [entry for entry in firing if entry[0] <= now]:
            firing.remove((ends_at, alert, started_at))
            ended_at[alert] = now
            _save_open(folder, firing)
            _send(integrations[alert[0]], alert, started_at, context, is_firing=False, base=site["base_url"])
        if now >= next_at:
            next_at = now + chance.uniform(*BETWEEN)
            busy = {alert for _, alert, _ in firing}
            quiet = [a for a in _ALERTS if a not in busy and now - ended_at.get(a, -RESTS) >= RESTS]
            if quiet:
                alert = chance.choice(quiet)
                started_at = datetime.now(UTC).isoformat()
                _send(integrations[alert[0]], alert, started_at, context, is_firing=True, base=site["base_url"])
                firing.append((now + chance.uniform(*LASTS), alert, started_at))
                _save_open(folder, firing)
    return 0


def _alerts_of_earlier_run(folder: Path) -> list[_Alert]:
    """The alerts that an earlier run left firing; they are over by now."""
    try:
        names = json.loads((folder / _OPEN_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return []
    return [alert for alert in _ALERTS if alert[1] in names]


def _save_open(folder: Path, firing: list[tuple[float, _Alert, str]]) -> None:
    (folder / _OPEN_FILE).write_text(json.dumps([alert[1] for _, alert, _ in firing]))


def _send(
    integration: dict[str, str],
    alert: _Alert,
    started_at: str,
    context: ssl.SSLContext | None,
    *,
    is_firing: bool,
    base: str,
) -> None:
    write = _for_alertmanager if integration["kind"] == "alertmanager" else _for_pagerduty
    body = json.dumps(write(integration, alert, started_at, is_firing=is_firing, base=base)).encode()
    post = request.Request(integration["url"], data=body, headers={"Content-Type": "application/json"})
    try:
        with request.urlopen(post, timeout=10, context=context) as answer:
            print(f"{alert[1]} {'fires' if is_firing else 'is over'}: {answer.status}", flush=True)
    except (error.URLError, OSError) as problem:
        print(f"{alert[1]} could not be sent: {problem}", file=sys.stderr, flush=True)


def _for_alertmanager(
    integration: dict[str, str], alert: _Alert, started_at: str, *, is_firing: bool, base: str
) -> dict[str, object]:
    _, name, severity, instance, summary = alert
    labels = {"alertname": name, "severity": severity, "instance": instance}
    status = "firing" if is_firing else "resolved"
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "holdfast",
        "groupLabels": {"alertname": name},
        "commonLabels": labels,
        "commonAnnotations": {"summary": summary},
        "externalURL": base,
        "alerts": [
            {
                "status": status,
                "labels": labels,
                "annotations": {"summary": f"{summary} ({instance})"},
                "startsAt": started_at,
                "endsAt": "0001-01-01T00:00:00Z" if is_firing else datetime.now(UTC).isoformat(),
                "generatorURL": f"{base}/",
                "fingerprint": hashlib.sha256(f"{name}/{instance}".encode()).hexdigest()[:16],
            }
        ],
    }


def _for_pagerduty(
    integration: dict[str, str], alert: _Alert, started_at: str, *, is_firing: bool, base: str
) -> dict[str, object]:
    _, name, severity, instance, summary = alert
    event: dict[str, object] = {
        "routing_key": integration["key"],
        "event_action": "trigger" if is_firing else "resolve",
        "dedup_key": f"{name}/{instance}",
    }
    if is_firing:
        event |= {
            "payload": {"summary": summary, "source": instance, "severity": severity, "timestamp": started_at},
            "client": "Shop monitoring",
            "client_url": base,
        }
    return event


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
