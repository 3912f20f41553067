"""`manage.py watchdog`: checks every five seconds whether paging works, and alerts the operators if not."""

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from oncall.engine import watchdog_alerts


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Check the engine from outside Celery and Redis, and alert the operators through a second provider."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once` checks once and prints the findings; the exit code is 1 if there are any."""
        parser.add_argument("--once", action="store_true", help="Check once, print what is wrong, and exit.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, decide and act, every five seconds."""
        if options["once"]:
            findings = watchdog_alerts.run_checks()
            for finding in findings:
                self.stdout.write(finding.text)
            raise SystemExit(1 if findings else 0)
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        state = watchdog_alerts.WatchdogState()
        while not stopping.is_set():
            findings = watchdog_alerts.run_checks()
            for action in state.decide(findings, at=timezone.now()):
                if action == "alert":
                    watchdog_alerts.send_alert(findings)
                elif action == "all_clear":
                    watchdog_alerts.send_all_clear()
                else:
                    watchdog_alerts.send_heartbeat()
            stopping.wait(watchdog_alerts.CHECK_EVERY.total_seconds())
