"""The supervisor's steps that need Django: migrate, and load the company."""

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config.demo.loading import load


def needs_migration() -> bool:
    """Whether the database lacks a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Bring the database up to date."""
    call_command("migrate", interactive=False, verbosity=0)


def load_company() -> dict[str, object] | None:
    """Load the company in one transaction; None if it was loaded before."""
    with transaction.atomic():
        return load(at=timezone.now())


def disconnect() -> None:
    """Close this process's connections: the supervisor needs none from then on."""
    connections.close_all()
