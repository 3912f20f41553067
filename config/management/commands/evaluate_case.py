"""Answers worked cases with the product's own rules, so that anybody can check its results."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection, transaction

from config.cases.answering import answer


class Command(BaseCommand):
    """`evaluate_case [FILE ...]`: one JSON document per line, in order; nothing is saved."""

    help = "Load worked cases (standard input without a file) and print what the product answers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files."""
        parser.add_argument("files", nargs="*", metavar="FILE", help="A JSON file; '-' is standard input.")

    def handle(self, *args: object, files: list[str], **options: object) -> None:
        """Answer each case; a case that cannot be read gets an error line and makes the command fail."""
        failed = 0
        with transaction.atomic():
            for name in files or ["-"]:
                try:
                    document = self._evaluate(name)
                except (OSError, ValueError, KeyError, TypeError, LookupError, IntegrityError) as error:
                    failed += 1
                    document = {"error": f"{type(error).__name__}: {error}".strip()}
                self.stdout.write(json.dumps(document, ensure_ascii=False))
            transaction.set_rollback(True)
        if failed:
            raise CommandError(f"{failed} of {len(files) or 1} could not be answered.")

    def _evaluate(self, name: str) -> dict[str, object]:
        case = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text())
        point = transaction.savepoint()
        try:
            result = answer(case["input"])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return result
        finally:
            transaction.savepoint_rollback(point)
