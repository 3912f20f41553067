"""The timeline is written once: the database refuses to change or delete an entry."""

from django.db import migrations

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):
    dependencies = [("incidents", "0001_initial"), ("oncall", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON incidents_timelineentry"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();",
            "DROP TRIGGER append_only ON incidents_timelineentry;",
        )
    ]
