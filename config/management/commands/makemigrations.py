"""`makemigrations`, whose files have the base of this project's migrations."""

from pathlib import Path

from django.core.management.commands import makemigrations
from django.db.migrations import Migration
from django.db.migrations.writer import MigrationWriter

_IMPORTED = "\nfrom config.base.data.batched_migration import BatchedMigration\n"


class Command(makemigrations.Command):
    """Writes migrations that build the classes of models once."""

    def write_migration_files(
        self, changes: dict[str, list[Migration]], update_previous_migration_paths: dict[str, str] | None = None
    ) -> None:
        """Write the files, then put the base into them."""
        super().write_migration_files(changes, update_previous_migration_paths)
        if self.dry_run:
            return
        for migration in (migration for migrations in changes.values() for migration in migrations):
            path = Path(MigrationWriter(migration).path)
            path.write_text(_with_base(path.read_text()))


def _with_base(text: str) -> str:
    """The file with its class on the base, which is imported below Django's modules."""
    head, _, body = text.partition("\n\nclass Migration(migrations.Migration):")
    return f"{head}{_IMPORTED}\n\nclass Migration(BatchedMigration):{body}" if body else text
