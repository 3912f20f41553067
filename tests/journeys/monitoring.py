"""A real Alertmanager that sends to a site, and alerts for it."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.embedded.processes import Child
from tests.faults.site import free_port, get, wait_for

PROGRAM = shutil.which("prometheus-alertmanager")
# The one line a team edits is the last.
_CONFIGURATION = """\
route:
  receiver: holdfast
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: holdfast
    webhook_configs:
      - url: {url}
"""


class Alertmanager:
    """The running program."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def send_alert(self, name: str, *, severity: str, summary: str, is_over: bool = False) -> None:
        """Send an alert as Prometheus would."""
        now = datetime.now(UTC).isoformat()
        alert = {
            "labels": {"alertname": name, "severity": severity, "instance": "checkout-3"},
            "annotations": {"summary": summary},
            **({"endsAt": now} if is_over else {}),
        }
        post = urllib.request.Request(
            f"{self.address}/api/v2/alerts",
            data=json.dumps([alert]).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(post, timeout=10) as answer:
            assert answer.status == 200


@contextmanager
def running_alertmanager(folder: Path, url: str) -> Iterator[Alertmanager]:
    """Alertmanager with the documented webhook, pointed at `url`."""
    port = free_port()
    settings = folder / "alertmanager.yml"
    settings.write_text(_CONFIGURATION.format(url=url))
    child = Child(
        name="alertmanager",
        command=[
            str(PROGRAM),
            f"--config.file={settings}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        log_file=folder / "alertmanager.log",
        environment={"PATH": "/usr/bin:/bin"},
        folder=folder,
    )
    child.start()
    try:
        wait_for("Alertmanager answers", lambda: get(f"http://127.0.0.1:{port}/-/ready") == 200, limit=30)
        yield Alertmanager(port)
    finally:
        child.kill()
