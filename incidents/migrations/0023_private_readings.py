"""Who has read private tickets; the database refuses to change it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0022_categories'),
        ('oncall', '0017_private_teams'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivateReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(help_text='The first time in its hour.')),
                ('hour', models.DateTimeField(editable=False)),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='incidents.ticket')),
                ('token', models.ForeignKey(blank=True, db_index=False, help_text='The API token by which it was read.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.apitoken')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'reading of a private ticket',
                'verbose_name_plural': 'readings of private tickets',
                'constraints': [models.UniqueConstraint(fields=('ticket', 'user', 'hour'), name='incidents_privatereading_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON incidents_privatereading"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change();",
            "DROP TRIGGER append_only ON incidents_privatereading;",
        ),
    ]
