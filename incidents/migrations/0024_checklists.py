"""Tickets have checklists, of 50 items at most."""

import config.base.data.models
import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0023_private_readings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChecklistItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', config.base.data.models.OneLineField(max_length=200)),
                ('position', models.PositiveSmallIntegerField(help_text='The place on its checklist; the first is 1.')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='checklist', to='incidents.ticket')),
            ],
            options={
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('ticket', 'position'), name='incidents_checklist_place'), models.CheckConstraint(condition=models.Q(('position__gte', 1), ('position__lte', 50)), name='incidents_checklist_length'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='incidents_checklist_text'), models.CheckConstraint(condition=models.Q(('done_by__isnull', True), ('done_at__isnull', False), _connector='OR'), name='incidents_checklist_done_when')],
            },
        ),
    ]
