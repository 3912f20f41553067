"""Previews of SLA targets that are computed in the background."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0013_sla_stale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SlaImpact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('content', models.JSONField(help_text='The version as it would be stored.')),
                ('scope', models.CharField(choices=[('all', 'All tickets, from then on'), ('new', 'Only tickets opened from then on')], default='all', max_length=3, verbose_name='binds')),
                ('is_retired', models.BooleanField(default=False, verbose_name='ends the target')),
                ('effective_from', models.DateTimeField()),
                ('digest', models.CharField(help_text='Tells whether a form is still the one that was computed.', max_length=64)),
                ('total', models.PositiveIntegerField(default=0, help_text='Tickets to look at.')),
                ('done', models.PositiveIntegerField(default=0, help_text='Tickets that were looked at.')),
                ('open_clocks', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0, help_text='Open clocks that change.')),
                ('in_breach', models.PositiveIntegerField(default=0, help_text='Of these, in breach at that minute.')),
                ('claimed_at', models.DateTimeField(blank=True, help_text='When a worker last went on with it.', null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=300)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target', models.ForeignKey(blank=True, help_text='Empty: a new target.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.slatarget')),
            ],
            options={
                'verbose_name': 'preview of an SLA target',
                'verbose_name_plural': 'previews of SLA targets',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['sla', 'ola', 'underpinning'])), name='incidents_slaimpact_kind'), models.CheckConstraint(condition=models.Q(('metric__in', ['acknowledge', 'first_response', 'first_update', 'next_update', 'restore', 'fulfil', 'prevent'])), name='incidents_slaimpact_metric'), models.CheckConstraint(condition=models.Q(('scope__in', ['all', 'new'])), name='incidents_slaimpact_scope')],
            },
        ),
    ]
