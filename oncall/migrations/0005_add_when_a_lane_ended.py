"""Tell a lane that ended when told from one that vanished."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("oncall", "0004_role_permissions")]

    operations = [
        migrations.AddField(
            model_name='enginelane',
            name='stopped_at',
            field=models.DateTimeField(blank=True, help_text='When it was told to end, and did.', null=True),
        ),
    ]
