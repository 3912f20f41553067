"""Templates that are taken out of use stay for what was written with them."""

from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('postmortems', '0003_service_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicaltemplate',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='template',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
    ]
