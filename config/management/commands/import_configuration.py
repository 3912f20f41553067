"""Imports the configuration of another system from a file."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.base.data.clock import database_now
from config.base.data.cpu_budget import OverBudget
from config.base.data.history import REASON_LENGTH
from config.configuration.document import Refused
from config.configuration.importing import import_configuration
from config.configuration.lines import outcome_lines


class Command(BaseCommand):
    """`import_configuration FILE [--dry-run] [--reason ...]`: all of it, or nothing."""

    help = "Import configuration from YAML ('-' is standard input) and print what changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what to do with it."""
        parser.add_argument("file", metavar="FILE", help="A file of `export_configuration`; '-' is standard input.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")
        parser.add_argument("--reason", default="Imported from a file", help="Kept in the history of what changes.")

    def handle(self, *args: object, file: str, dry_run: bool, reason: str, **options: object) -> None:
        """Import it and print each change; a file that cannot be imported makes the command fail."""
        try:
            text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        try:
            outcome = import_configuration(
                text, is_dry_run=dry_run, reason=reason[:REASON_LENGTH], at=database_now(), actor=None
            )
        except (Refused, OverBudget) as refusal:
            raise CommandError(f"Nothing was imported.\n{refusal}") from None
        for line in outcome_lines(outcome, is_dry_run=dry_run):
            self.stdout.write(line)
