"""`manage.py demo`: hands over to the supervisor, which makes the settings' environment itself."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.demo.options import ROOT


class Command(BaseCommand):
    """Run the whole product with a company in it; PORT, BIND, TLS, RESET and DEMO_DIR shape it."""

    help = "Run the whole product on this machine, with a company in it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the supervisor: it must start the servers before Django reads its settings."""
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "config.demo"])  # noqa: S606
