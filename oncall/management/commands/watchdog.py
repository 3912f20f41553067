"""`manage.py watchdog`: checks every five seconds whether paging works, and alerts the operators if not."""

import signal
import threading
from types import FrameType

from django.core.management.base import BaseCommand, CommandParser

from oncall.engine import watchdog_alerts
from oncall.engine.watchdog_checks import Checker


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Check the engine from outside Celery and Redis, and alert the operators through a second provider."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once` checks once and prints the findings; the exit code is 1 if there is an alarm."""
        parser.add_argument("--once", action="store_true", help="Check once, print what is wrong, and exit.")

    def handle(self, *args: object, **options: object) -> None:
        """Check, decide and act, every five seconds."""
        checker = Checker()
        if options["once"]:
            self._print_findings(checker)
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        state = watchdog_alerts.WatchdogState()
        while not stopping.is_set():
            watchdog_alerts.act(state, checker.run())
            stopping.wait(watchdog_alerts.CHECK_EVERY.total_seconds())

    def _print_findings(self, checker: Checker) -> None:
        findings = checker.run()
        for finding in findings:
            self.stdout.write(
                " ".join([f"{finding.kind.capitalize()}:", finding.text, finding.ends, finding.recipient])
            )
        if not findings:
            self.stdout.write("Every promise holds.")
        raise SystemExit(1 if any(finding.is_alarm for finding in findings) else 0)
