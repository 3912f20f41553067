"""What the timeline says to SLA clocks, and what of a requester their targets may name; old entries say nothing."""

import config.base.data.models
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0010_service_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='is_vip',
            field=models.BooleanField(db_default=False, default=False, help_text='Handle with care. Targets of SLAs may name this mark.', verbose_name='VIP'),
        ),
        migrations.AddField(
            model_name='contact',
            name='location',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='Where the person works: a site, a building, a room.', max_length=120),
        ),
        migrations.AddField(
            model_name='timelineentry',
            name='facts',
            field=models.JSONField(blank=True, editable=False, help_text='What it means to SLA clocks (`incidents.tickets.clock_facts`); empty if nothing.', null=True),
        ),
        migrations.AddIndex(
            model_name='timelineentry',
            index=models.Index(condition=models.Q(('facts__isnull', False)), fields=['ticket', 'at', 'id'], name='incidents_entry_facts'),
        ),
    ]
