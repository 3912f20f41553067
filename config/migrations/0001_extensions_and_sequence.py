"""What the first tables need of PostgreSQL: extensions, and the sequence that numbers tickets."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):
    initial = True

    # Not in the app that holds the users: other apps depend on its first migration, whichever it is,
    # so that one must make the table of users.
    run_before = [("oncall", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL("CREATE SEQUENCE incidents_ticket_number", "DROP SEQUENCE incidents_ticket_number"),
    ]
