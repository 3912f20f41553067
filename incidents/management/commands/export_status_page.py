"""`manage.py export_status_page DIR`: writes the status pages as files that any web server can serve."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from incidents.customers import export


class Command(BaseCommand):
    """Exports once; run it every minute with a timer."""

    help = "Write the status pages, their JSON and feeds as static files; DIR is replaced in one step."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="A link to the newest export; created if missing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export."""
        try:
            count = export.write_export(options["folder"].absolute(), at=timezone.now())
        except export.ExportFailed as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} files in {options['folder']}.")
