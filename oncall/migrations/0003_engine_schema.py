"""The row that says which engine may run."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):
    dependencies = [("oncall", "0002_append_only")]

    operations = [
        migrations.RunSQL("INSERT INTO oncall_engineschema (id, version) VALUES (1, 1)", migrations.RunSQL.noop)
    ]
