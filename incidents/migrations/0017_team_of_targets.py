"""A target can be the own one of a team, whose managers keep it."""

import django.db.models.deletion
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0016_configuration'),
        ('oncall', '0016_external_ids_of_members'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalslatarget',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text="Whose own target it is: its managers keep it, and it is for this team only. Empty: the centre's.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slatarget',
            name='team',
            field=models.ForeignKey(blank=True, help_text="Whose own target it is: its managers keep it, and it is for this team only. Empty: the centre's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sla_targets', to='oncall.team'),
        ),
    ]
