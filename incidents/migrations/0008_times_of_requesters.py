"""When requesters were made and last changed; the database writes both times."""

from django.db import migrations, models
from django.db.models.functions import Now

from config.base.data.batched_migration import BatchedMigration


def _moment(model, name):
    field = models.DateTimeField(db_default=Now(), editable=False)
    return migrations.AddField(model_name=model, name=name, field=field)


class Migration(BatchedMigration):
    dependencies = [("incidents", "0007_link_circles"), ("oncall", "0009_times_of_configuration")]

    operations = [
        _moment("contact", "created_at"),
        _moment("contact", "updated_at"),
        migrations.RunSQL(
            "CREATE TRIGGER note_change BEFORE UPDATE ON incidents_contact"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_note_change('updated_at');",
            "DROP TRIGGER note_change ON incidents_contact;",
        ),
    ]
