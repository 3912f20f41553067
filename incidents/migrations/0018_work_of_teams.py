"""Tickets are parts of others, and say how often they went to another team and whether that one has confirmed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration

# What the timelines say; entries that came with a copy of another ticket's timeline are that ticket's.
COUNT = """
UPDATE incidents_ticket AS ticket SET reassignments = entry.times
    FROM (
        SELECT ticket_id, count(*) AS times FROM incidents_timelineentry
        WHERE kind = 'handover' AND data ? 'to' AND NOT data ? 'from_ticket'
        GROUP BY ticket_id
    ) AS entry WHERE entry.ticket_id = ticket.id;
"""


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0017_team_of_targets'),
        ('oncall', '0016_external_ids_of_members'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticketlink',
            name='incidents_link_kind',
        ),
        migrations.AlterField(
            model_name='ticketlink',
            name='kind',
            field=models.CharField(choices=[('caused_by', 'Caused by'), ('duplicate_of', 'Duplicate of'), ('merged_into', 'Merged into'), ('related', 'Related to'), ('parent', 'Part of')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['caused_by', 'duplicate_of', 'merged_into', 'related', 'parent'])), name='incidents_link_kind'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'parent')), fields=('from_ticket',), name='incidents_link_one_parent'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='handed_over_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='handover_from',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, help_text='The team that had it before; empty once the assigned team has confirmed that it takes it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='reassignments',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='How often it has gone to another team.'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('handover_from__isnull', False)), fields=['handover_from'], name='incidents_ticket_handover'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_over_at__isnull', True), ('handover_from__isnull', True)), models.Q(('handed_over_at__isnull', False), ('handover_from__isnull', False)), _connector='OR'), name='incidents_ticket_handover_when'),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
