"""`manage.py watchdog`: looks every five seconds whether paging works, and tells the operators if not."""

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from oncall.engine import watchdog_alerts


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Watch the engine from outside Celery and Redis, and shout through a second provider."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once` looks once and says what it sees; the exit code is 1 if anything is wrong."""
        parser.add_argument("--once", action="store_true", help="Look once, print what is wrong, and end.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, judge, act; again."""
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
        state = watchdog_alerts.Watch()
        while not stopping.is_set():
            findings = watchdog_alerts.run_checks()
            for deed in state.judge(findings, at=timezone.now()):
                if deed == "shout":
                    watchdog_alerts.send_alert(findings)
                elif deed == "all clear":
                    watchdog_alerts.give_all_clear()
                else:
                    watchdog_alerts.send_heartbeat()
            stopping.wait(watchdog_alerts.EVERY.total_seconds())
