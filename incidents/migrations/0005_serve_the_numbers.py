"""Whether somebody changed a time by hand, and an index of when the trouble began, for the numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_role_permissions")]
    operations = [
        migrations.AddField(
            model_name="ticket",
            name="times_changed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When somebody last changed one of these times by hand.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket", index=models.Index(fields=["impact_started_at"], name="incidents_ticket_began")
        ),
    ]
