"""Writes the configuration of this system as a file."""

from django.core.management.base import BaseCommand

from config.configuration.exporting import export_configuration


class Command(BaseCommand):
    """`export_configuration > holdfast.yaml`: names instead of ids, and no keys."""

    help = "Print the configuration as YAML, to import it into another system."

    def handle(self, *args: object, **options: object) -> None:
        """Print the file."""
        self.stdout.write(export_configuration(), ending="")
