"""`manage.py export_status_page DIR`: writes the status pages as files that any web server can serve."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from incidents.customers import export


class Command(BaseCommand):
    """Runs once; a timer runs it every minute."""

    help = "Write the status pages, their JSON and feeds as static files; DIR is replaced as one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="A link to the newest export; made if missing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export."""
        try:
            count = export.write(options["folder"].absolute(), at=timezone.now())
        except export.NoPlace as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} files in {options['folder']}.")
