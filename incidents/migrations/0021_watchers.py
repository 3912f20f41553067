"""People watch tickets; the database refuses the accounts of programs there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration

PEOPLE_ONLY = """
CREATE TRIGGER people_only BEFORE INSERT OR UPDATE OF user_id ON incidents_watcher
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION holdfast_refuse_account('user_id', 'service');
"""
NO_TRIGGER = "DROP TRIGGER people_only ON incidents_watcher;"


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0020_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Watcher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='watchers', to='incidents.ticket')),
                ('user', models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ticket', 'user'), name='incidents_watcher_once')],
            },
        ),
        migrations.RunSQL(PEOPLE_ONLY, NO_TRIGGER),
    ]
