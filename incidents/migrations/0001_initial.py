"""All tables of the app, written by `makemigrations`: nothing here is written by hand but the base."""

import config.base.data.models
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import incidents.models.customers.updates
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    initial = True

    dependencies = [
        ('oncall', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('incident', 'Incident'), ('problem', 'Problem'), ('request', 'Request')], editable=False, max_length=10)),
                ('number', models.BigIntegerField(db_default=models.Func(models.Value('incidents_ticket_number'), function='nextval', output_field=models.BigIntegerField()), editable=False, help_text='From a sequence; gaps are allowed.', unique=True)),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('description', models.TextField(blank=True)),
                ('category', config.base.data.models.OneLineField(blank=True, max_length=60)),
                ('contact_type', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail'), ('portal', 'Portal'), ('chat', 'Chat'), ('alert', 'Alert'), ('api', 'API')], default='portal', max_length=10, verbose_name='channel')),
                ('impact', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')], null=True)),
                ('urgency', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')], null=True)),
                ('priority', models.PositiveSmallIntegerField(default=3, help_text='1 first; from impact x urgency.')),
                ('status', models.CharField(choices=[('new', 'New'), ('acknowledged', 'Acknowledged'), ('in_progress', 'In progress'), ('on_hold', 'On hold'), ('restored', 'Restored'), ('assessed', 'Assessed'), ('analysis', 'Analysis'), ('known_error', 'Known error'), ('fix_in_progress', 'Fix in progress'), ('resolved', 'Resolved'), ('closed', 'Closed')], default='new', max_length=16)),
                ('hold_reason', models.CharField(blank=True, choices=[('requester', 'Requester'), ('change', 'Change'), ('problem', 'Problem'), ('supplier', 'Supplier'), ('other_team', 'Other team')], max_length=12)),
                ('affected_customers', config.base.data.models.OneLineField(blank=True, max_length=300)),
                ('asset_type', config.base.data.models.OneLineField(blank=True, max_length=60)),
                ('asset_name', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('asset_external_id', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('asset_url', models.URLField(blank=True)),
                ('closure_code', models.CharField(blank=True, choices=[('solved', 'Solved'), ('no_fault_found', 'No fault found'), ('duplicate', 'Duplicate'), ('merged', 'Merged into another'), ('cancelled', 'Cancelled'), ('fix_applied', 'Fix applied'), ('risk_accepted', 'Risk accepted')], max_length=16)),
                ('closure_note', models.TextField(blank=True)),
                ('visibility', models.CharField(choices=[('open', 'Open to everybody in the company'), ('private', 'Private')], default='open', max_length=8)),
                ('visibility_reason', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('conference_url', models.URLField(blank=True)),
                ('external_links', models.JSONField(blank=True, default=list, help_text='[{"title": ..., "url": ...}]')),
                ('custom', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('impact_started_at', models.DateTimeField()),
                ('detected_at', models.DateTimeField(blank=True, null=True)),
                ('alerted_at', models.DateTimeField(blank=True, help_text='When the first page was sent.', null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('work_started_at', models.DateTimeField(blank=True, null=True)),
                ('mitigated_at', models.DateTimeField(blank=True, null=True)),
                ('restored_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('reopened_at', models.DateTimeField(blank=True, null=True)),
                ('times_changed_at', models.DateTimeField(blank=True, editable=False, help_text='When somebody last changed one of these times by hand.', null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('alertmanager', 'Prometheus Alertmanager'), ('pagerduty', 'PagerDuty Events v2')], max_length=20)),
                ('key_hint', models.CharField(editable=False, help_text='The first characters of the key.', max_length=8)),
                ('key_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('severities', models.JSONField(blank=True, default=dict, help_text='Severity for each word of the sender, as {"critical": "SEV1"}; common words are mapped without it.')),
                ('paused_at', models.DateTimeField(blank=True, help_text='While set, its events are refused.', null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('key_changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='PriorityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('impact', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')])),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')])),
                ('priority', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
            ],
        ),
        migrations.CreateModel(
            name='ReportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('business', 'Business service'), ('technical', 'Technical service'), ('external', 'External service')], default='technical', max_length=10)),
                ('description', models.TextField(blank=True)),
                ('tier', models.PositiveSmallIntegerField(default=3, help_text='1 is the most critical.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)])),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('escalation_policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='oncall.escalationpolicy')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='oncall.team')),
            ],
        ),
        migrations.CreateModel(
            name='Severity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(unique=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)])),
                ('name', config.base.data.models.OneLineField(max_length=20, unique=True)),
                ('title', config.base.data.models.OneLineField(max_length=60)),
                ('description', models.TextField(help_text='When to choose it, in words that everybody understands at night.')),
                ('is_major', models.BooleanField(default=False, verbose_name='is a major incident')),
                ('pages', models.BooleanField(default=True, verbose_name='pages people')),
                ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4, verbose_name='notification urgency')),
                ('needs_prevention', models.BooleanField(default=False, help_text='After restoration the incident stays open until prevention is done.', verbose_name='needs prevention')),
                ('confirms_restore', models.BooleanField(default=False, help_text='When the last alert closes, a person must confirm; otherwise the incident is restored by itself.', verbose_name='a person confirms restoration')),
                ('postmortem_days', models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity is major or needs prevention.', verbose_name='days for the postmortem')),
                ('review_seats', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each seat attended or signed off. Security's seat counts only for incidents tagged as security.", size=None, verbose_name='seats of the review')),
            ],
            options={
                'verbose_name_plural': 'severities',
            },
        ),
        migrations.CreateModel(
            name='StatusPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', config.base.data.models.OneLineField(help_text='The company or product, as customers call it.', max_length=80, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('time_zone', models.CharField(default='UTC', help_text='For the times on the page, for example Europe/Berlin.', max_length=60)),
                ('is_default', models.BooleanField(default=False, verbose_name='is at /status/')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Used in the signed links.', unique=True)),
                ('email', models.EmailField(max_length=254)),
                ('requested_components', models.JSONField(blank=True, default=list, help_text='Components chosen last; used once confirmed.')),
                ('requested_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TicketLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('caused_by', 'Caused by'), ('duplicate_of', 'Duplicate of'), ('related', 'Related to')], max_length=12)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'Opened'), ('status', 'Status'), ('note', 'Work note'), ('comment', 'Public comment'), ('change', 'Change'), ('handover', 'Reassignment'), ('page', 'Page'), ('escalation', 'Escalation'), ('alert', 'Alert'), ('action', 'Action item'), ('link', 'Link')], max_length=12)),
                ('at', models.DateTimeField(help_text='When it happened.')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('text', models.TextField()),
                ('data', models.JSONField(blank=True, default=dict)),
                ('source', models.CharField(blank=True, help_text='Identifies the fact it records, so that it is recorded once.', max_length=60)),
            ],
            options={
                'verbose_name_plural': 'timeline entries',
            },
        ),
        migrations.CreateModel(
            name='UpdateDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='Idempotency key; never used twice.', max_length=120, unique=True)),
                ('channel', models.CharField(max_length=20)),
                ('address', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('sending', 'Being sent'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('unknown', 'No receipt'), ('cancelled', 'No longer needed'), ('dead', 'Gave up')], default='pending', max_length=10)),
                ('priority', models.PositiveSmallIntegerField(default=5, help_text='Lower is sent first.')),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, help_text='When the last attempt began.', null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='Cancelled, failed for good or given up.', null=True)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'update deliveries',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', config.base.data.models.OneLineField(max_length=80)),
                ('description', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('operational', 'Operational'), ('degraded_performance', 'Degraded performance'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage'), ('under_maintenance', 'Under maintenance')], default='operational', max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='members', to='incidents.component')),
                ('service', models.ForeignKey(blank=True, help_text='Proposes this component when the service is affected. Never public.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='components', to='incidents.service')),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=120)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', config.base.data.models.OneLineField(blank=True, max_length=40)),
                ('organisation', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contact', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'requester',
            },
        ),
        migrations.CreateModel(
            name='HistoricalMessageTemplate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('title', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('phase', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('postmortem', 'Postmortem')], max_length=16)),
                ('body', models.TextField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical message template',
                'verbose_name_plural': 'historical message templates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPriorityRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('impact', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')])),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Medium'), (3, 'Low')])),
                ('priority', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical priority rule',
                'verbose_name_plural': 'historical priority rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalService',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('slug', models.SlugField(max_length=80)),
                ('kind', models.CharField(choices=[('business', 'Business service'), ('technical', 'Technical service'), ('external', 'External service')], default='technical', max_length=10)),
                ('description', models.TextField(blank=True)),
                ('tier', models.PositiveSmallIntegerField(default=3, help_text='1 is the most critical.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)])),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('escalation_policy', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.escalationpolicy')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team')),
            ],
            options={
                'verbose_name': 'historical service',
                'verbose_name_plural': 'historical services',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSeverity',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(db_index=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)])),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=20)),
                ('title', config.base.data.models.OneLineField(max_length=60)),
                ('description', models.TextField(help_text='When to choose it, in words that everybody understands at night.')),
                ('is_major', models.BooleanField(default=False, verbose_name='is a major incident')),
                ('pages', models.BooleanField(default=True, verbose_name='pages people')),
                ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4, verbose_name='notification urgency')),
                ('needs_prevention', models.BooleanField(default=False, help_text='After restoration the incident stays open until prevention is done.', verbose_name='needs prevention')),
                ('confirms_restore', models.BooleanField(default=False, help_text='When the last alert closes, a person must confirm; otherwise the incident is restored by itself.', verbose_name='a person confirms restoration')),
                ('postmortem_days', models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity is major or needs prevention.', verbose_name='days for the postmortem')),
                ('review_seats', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner_team', 'Owner team'), ('it_practice', 'IT practice'), ('other_team', 'Another team'), ('security', 'Security')], max_length=12), blank=True, default=list, help_text="A postmortem is approved once each seat attended or signed off. Security's seat counts only for incidents tagged as security.", size=None, verbose_name='seats of the review')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical severity',
                'verbose_name_plural': 'historical severities',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStatusPage',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('public_id', models.CharField(db_index=True, default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16)),
                ('name', config.base.data.models.OneLineField(db_index=True, help_text='The company or product, as customers call it.', max_length=80)),
                ('slug', models.SlugField(max_length=80)),
                ('time_zone', models.CharField(default='UTC', help_text='For the times on the page, for example Europe/Berlin.', max_length=60)),
                ('is_default', models.BooleanField(default=False, verbose_name='is at /status/')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical status page',
                'verbose_name_plural': 'historical status pages',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='incidents.ticket')),
                ('customer_impact', models.TextField(blank=True, help_text='What customers see, in their words.')),
                ('workaround', models.TextField(blank=True)),
                ('opened_because', models.TextField(blank=True, help_text='Why it opened.')),
            ],
            options={
                'base_manager_name': 'objects',
            },
            bases=('incidents.ticket',),
        ),
        migrations.AddField(
            model_name='ticket',
            name='affected_contacts',
            field=models.ManyToManyField(blank=True, related_name='affecting_tickets', to='incidents.contact'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='assignee',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_tickets', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticket',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticket',
            name='requester',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requested_tickets', to='incidents.contact'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='team',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='oncall.team', verbose_name='assigned team'),
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dedup_key', models.CharField(max_length=255)),
                ('group_key', models.CharField(help_text='Alerts of one group share an incident.', max_length=255)),
                ('status', models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('closed', 'Closed')], default='open', max_length=12)),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('severity_word', config.base.data.models.OneLineField(blank=True, help_text="The sender's word for the severity.", max_length=60)),
                ('source', config.base.data.models.OneLineField(blank=True, max_length=300)),
                ('link', models.CharField(blank=True, max_length=500)),
                ('payload', models.JSONField(default=dict, help_text="The newest event's details.")),
                ('count', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField(help_text="By the sender's clock.")),
                ('sender_closed_at', models.DateTimeField(blank=True, help_text="By the sender's clock.", null=True)),
                ('opened_at', models.DateTimeField()),
                ('last_event_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('route_at', models.DateTimeField(blank=True, help_text='Due for routing since.', null=True)),
                ('route_attempts', models.PositiveSmallIntegerField(default=0)),
                ('explanation', models.TextField(blank=True, help_text='Why it opened, joined or did nothing.')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alerts', to='incidents.ticket')),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='incidents.integration')),
            ],
        ),
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', config.base.data.models.OneLineField(help_text='Begin with a verb: "Add an alert on the pool size".', max_length=200)),
                ('due_on', models.DateField()),
                ('is_priority', models.BooleanField(default=False, help_text='The incident is resolved only when it is done.', verbose_name='priority')),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('declined', 'Declined')], default='open', max_length=8)),
                ('reason', models.TextField(blank=True, help_text='Why it was declined.')),
                ('done_at', models.DateTimeField(blank=True, help_text='When it ended, done or declined.', null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='oncall.team')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='incidents.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('action', models.CharField(choices=[('trigger', 'Trigger'), ('acknowledge', 'Acknowledge'), ('resolve', 'Resolve'), ('change', 'Change'), ('none', 'Unreadable')], max_length=12)),
                ('dedup_key', models.CharField(blank=True, max_length=255)),
                ('outcome', models.CharField(choices=[('opened', 'Opened an alert'), ('repeated', 'Counted up'), ('closed', 'Closed the alert'), ('acknowledged', 'Acknowledged the alert'), ('ignored', 'No open alert with this key'), ('stale', "Older than the alert's end"), ('kept', 'Stored for reference'), ('rejected', 'Refused')], max_length=12)),
                ('payload', models.JSONField(default=dict)),
                ('problem', models.CharField(blank=True, help_text='Why it was refused, or what was corrected.', max_length=500)),
                ('alert', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='incidents.alert')),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='incidents.integration')),
            ],
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('phase', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('postmortem', 'Postmortem')], max_length=16)),
                ('body', models.TextField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('phase__in', ['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'])), name='incidents_messagetemplate_phase')],
            },
        ),
        migrations.CreateModel(
            name='PreventionWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('status', models.CharField(choices=[('asked', 'Requested'), ('approved', 'Approved'), ('declined', 'Declined')], default='asked', max_length=8)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='incidents.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='PublicIncident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', config.base.data.models.OneLineField(max_length=200)),
                ('impact', models.CharField(choices=[('none', 'None'), ('minor', 'Minor'), ('major', 'Major'), ('critical', 'Critical')], default='minor', max_length=10)),
                ('status', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('postmortem', 'Postmortem')], default='investigating', max_length=16)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('started_at', models.DateTimeField()),
                ('monitoring_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('next_update_at', models.DateTimeField(blank=True, help_text='When the next update was promised.', null=True)),
                ('components', models.ManyToManyField(blank=True, related_name='incidents', to='incidents.component')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='public_incidents', to='incidents.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='CustomerUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('draft_key', models.UUIDField(default=uuid.uuid4, help_text='Publishing a draft twice publishes once.', unique=True)),
                ('status', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('postmortem', 'Postmortem')], max_length=16)),
                ('body', models.TextField()),
                ('affected', models.JSONField(default=list, help_text='Components with old and new status, by public id.')),
                ('next_update_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField()),
                ('is_mailed', models.BooleanField(default=True, verbose_name='goes to subscribers')),
                ('withdrawn_at', models.DateTimeField(blank=True, help_text='When it was withdrawn: no longer shown or mailed.', null=True)),
                ('fanned_out_at', models.DateTimeField(blank=True, help_text='When every subscriber had a delivery row.', null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='incidents.publicincident')),
            ],
        ),
        migrations.CreateModel(
            name='ReportSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(unique=True)),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='incidents_reportsegment_forward')],
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('escalation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='response', to='oncall.escalation')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='responses', to='incidents.ticket')),
            ],
            options={
                'verbose_name': 'responding team',
            },
        ),
        migrations.CreateModel(
            name='ScheduledMaintenance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('draft_key', models.UUIDField(default=uuid.uuid4, help_text='Scheduling a draft twice schedules once.', unique=True)),
                ('name', config.base.data.models.OneLineField(max_length=200, verbose_name='title')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('in_progress', 'In progress'), ('verifying', 'Verifying'), ('completed', 'Completed')], default='scheduled', max_length=12)),
                ('turn_at', models.DateTimeField(blank=True, help_text='When it next reminds, begins or ends automatically.', null=True)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('components', models.ManyToManyField(blank=True, related_name='maintenances', to='incidents.component')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MaintenanceUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('in_progress', 'In progress'), ('verifying', 'Verifying'), ('completed', 'Completed')], max_length=12)),
                ('body', models.TextField()),
                ('affected', models.JSONField(default=list, help_text='Components with old and new status, by public id.')),
                ('is_mailed', models.BooleanField(default=True, verbose_name='goes to subscribers')),
                ('published_at', models.DateTimeField()),
                ('fanned_out_at', models.DateTimeField(blank=True, help_text='When every subscriber had a delivery row.', null=True)),
                ('author', models.ForeignKey(blank=True, help_text='Empty: published automatically.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maintenance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='incidents.scheduledmaintenance')),
            ],
        ),
        migrations.AddField(
            model_name='ticket',
            name='service',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='incidents.service'),
        ),
        migrations.CreateModel(
            name='ReportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(max_length=12)),
                ('is_changed', models.BooleanField(help_text='Whether a time was changed by hand.')),
                ('seconds', models.BinaryField(help_text='The counted lengths, ascending, as float8 in network byte order.')),
                ('seconds_total', models.FloatField()),
                ('left_out', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='How many were left out, by reason.', size=None)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oncall.team')),
                ('segment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='incidents.reportsegment')),
                ('service', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.service')),
            ],
        ),
        migrations.AddField(
            model_name='integration',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='integrations', to='incidents.service'),
        ),
        migrations.CreateModel(
            name='HistoricalIntegration',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('kind', models.CharField(choices=[('alertmanager', 'Prometheus Alertmanager'), ('pagerduty', 'PagerDuty Events v2')], max_length=20)),
                ('key_hint', models.CharField(editable=False, help_text='The first characters of the key.', max_length=8)),
                ('severities', models.JSONField(blank=True, default=dict, help_text='Severity for each word of the sender, as {"critical": "SEV1"}; common words are mapped without it.')),
                ('paused_at', models.DateTimeField(blank=True, help_text='While set, its events are refused.', null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('key_changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service')),
            ],
            options={
                'verbose_name': 'historical integration',
                'verbose_name_plural': 'historical integrations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalComponent',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('public_id', models.CharField(db_index=True, default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16)),
                ('name', config.base.data.models.OneLineField(max_length=80)),
                ('description', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('operational', 'Operational'), ('degraded_performance', 'Degraded performance'), ('partial_outage', 'Partial outage'), ('major_outage', 'Major outage'), ('under_maintenance', 'Under maintenance')], default='operational', max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.component')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(blank=True, db_constraint=False, help_text='Proposes this component when the service is affected. Never public.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service')),
            ],
            options={
                'verbose_name': 'historical component',
                'verbose_name_plural': 'historical components',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ServiceDependency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('needs', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dependents', to='incidents.service')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dependencies', to='incidents.service')),
            ],
            options={
                'verbose_name_plural': 'service dependencies',
            },
        ),
        migrations.AddField(
            model_name='service',
            name='depends_on',
            field=models.ManyToManyField(related_name='needed_by', through='incidents.ServiceDependency', to='incidents.service'),
        ),
        migrations.CreateModel(
            name='ServiceOwnership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='incidents.service')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team')),
            ],
        ),
        migrations.CreateModel(
            name='ServiceReadiness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passed', models.PositiveSmallIntegerField(default=0)),
                ('total', models.PositiveSmallIntegerField(default=0)),
                ('score', models.PositiveSmallIntegerField(default=0, help_text='Checks passed, in percent.')),
                ('items', models.JSONField(blank=True, default=list, help_text='Each check: code, title, is_passed, wrong, url.')),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField()),
                ('service', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readiness', to='incidents.service')),
            ],
            options={
                'verbose_name_plural': 'readiness of services',
            },
        ),
        migrations.AddField(
            model_name='ticket',
            name='severity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='incidents.severity'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__in', ['high', 'low'])), name='incidents_severity_urgency'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.CheckConstraint(condition=models.Q(('review_seats__contained_by', ['owner_team', 'it_practice', 'other_team', 'security'])), name='incidents_severity_review_seats'),
        ),
        migrations.AddField(
            model_name='reportrun',
            name='severity',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.severity'),
        ),
        migrations.AddField(
            model_name='priorityrule',
            name='severity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.severity'),
        ),
        migrations.AddField(
            model_name='integration',
            name='default_severity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.severity'),
        ),
        migrations.AddField(
            model_name='historicalpriorityrule',
            name='severity',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.severity'),
        ),
        migrations.AddField(
            model_name='historicalintegration',
            name='default_severity',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.severity'),
        ),
        migrations.AddConstraint(
            model_name='statuspage',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='incidents_statuspage_one_default'),
        ),
        migrations.AddConstraint(
            model_name='statuspage',
            constraint=models.CheckConstraint(condition=models.Q(('slug__in', ['api', 'confirm', 'incidents', 'maintenances', 'subscribe', 'unsubscribe']), _negated=True), name='incidents_statuspage_slug_free'),
        ),
        migrations.AddField(
            model_name='scheduledmaintenance',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='maintenances', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='publicincident',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='historicalcomponent',
            name='page',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='component',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='components', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='subscriber',
            name='components',
            field=models.ManyToManyField(blank=True, related_name='subscribers', to='incidents.component'),
        ),
        migrations.AddField(
            model_name='subscriber',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='from_ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_out', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='ticketlink',
            name='to_ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_in', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='timelineentry',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='timelineentry',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='updatedelivery',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.maintenanceupdate'),
        ),
        migrations.AddField(
            model_name='updatedelivery',
            name='subscriber',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.subscriber'),
        ),
        migrations.AddField(
            model_name='updatedelivery',
            name='update',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.customerupdate'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='incidents_contact_email'),
        ),
        migrations.AddIndex(
            model_name='actionitem',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['due_on', 'id'], name='incidents_action_due'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'done', 'declined'])), name='incidents_action_status'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('team__isnull', False), _connector='OR'), name='incidents_action_has_owner'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('done_at__isnull', False)), _connector='OR'), name='incidents_action_ended_when'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='incidents_action_declined_why'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['integration', '-received_at'], name='incidents_event_of'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['alert', '-received_at'], name='incidents_event_of_alert'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['trigger', 'acknowledge', 'resolve', 'change', 'none'])), name='incidents_event_action'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['opened', 'repeated', 'closed', 'acknowledged', 'ignored', 'stale', 'kept', 'rejected'])), name='incidents_event_outcome'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('route_at__isnull', False)), fields=['route_at'], name='incidents_alert_route'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['integration', 'group_key'], name='incidents_alert_group'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['-opened_at', '-id'], name='incidents_alert_recent'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['integration', 'dedup_key', '-opened_at'], name='incidents_alert_key'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'acknowledged', 'closed'])), name='incidents_alert_status'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'closed'), _negated=True), fields=('integration', 'dedup_key'), name='incidents_alert_open_once'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='incidents_alert_closed_when'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'approved', 'declined'])), name='incidents_waiver_status'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incidents_waiver_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'asked')), models.Q(models.Q(('status', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='incidents_waiver_decided_by'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='incidents_waiver_second_person'),
        ),
        migrations.AddConstraint(
            model_name='preventionwaiver',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('ticket',), name='incidents_waiver_one_asked'),
        ),
        migrations.AddIndex(
            model_name='customerupdate',
            index=models.Index(fields=['incident', '-published_at'], name='incidents_update_of'),
        ),
        migrations.AddIndex(
            model_name='customerupdate',
            index=models.Index(condition=models.Q(('fanned_out_at__isnull', True)), fields=['published_at'], name='incidents_update_to_fan_out'),
        ),
        migrations.AddConstraint(
            model_name='customerupdate',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'])), name='incidents_customerupdate_status'),
        ),
        migrations.AddConstraint(
            model_name='customerupdate',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('resolved', 'postmortem')), ('next_update_at__gt', models.F('published_at')), _connector='OR'), name='incidents_customerupdate_says_next'),
        ),
        migrations.AddIndex(
            model_name='maintenanceupdate',
            index=models.Index(fields=['maintenance', '-published_at'], name='incidents_notice_of'),
        ),
        migrations.AddIndex(
            model_name='maintenanceupdate',
            index=models.Index(condition=models.Q(('fanned_out_at__isnull', True)), fields=['published_at'], name='incidents_notice_to_fan_out'),
        ),
        migrations.AddConstraint(
            model_name='maintenanceupdate',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['scheduled', 'in_progress', 'verifying', 'completed'])), name='incidents_maintenanceupdate_status'),
        ),
        migrations.AddConstraint(
            model_name='servicedependency',
            constraint=models.UniqueConstraint(fields=('service', 'needs'), name='incidents_dependency_once'),
        ),
        migrations.AddConstraint(
            model_name='servicedependency',
            constraint=models.CheckConstraint(condition=models.Q(('service', models.F('needs')), _negated=True), name='incidents_dependency_not_itself'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['business', 'technical', 'external'])), name='incidents_service_kind'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('tier__gte', 1), ('tier__lte', 4)), name='incidents_service_tier'),
        ),
        migrations.AddConstraint(
            model_name='serviceownership',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('service', '='), ('during', '&&')], name='incidents_ownership_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='servicereadiness',
            index=models.Index(fields=['due_at'], name='incidents_readiness_due'),
        ),
        migrations.AddConstraint(
            model_name='servicereadiness',
            constraint=models.CheckConstraint(condition=models.Q(('passed__lte', models.F('total'))), name='incidents_readiness_passed'),
        ),
        migrations.AddConstraint(
            model_name='servicereadiness',
            constraint=models.CheckConstraint(condition=models.Q(('score__lte', 100)), name='incidents_readiness_score'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status__in', ('new', 'acknowledged', 'in_progress', 'on_hold', 'assessed', 'analysis', 'known_error', 'fix_in_progress'))), fields=['priority', '-created_at', '-id'], name='incidents_ticket_queue'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['kind', '-created_at', '-id'], name='incidents_ticket_recent'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'restored')), fields=['restored_at', 'id'], name='incidents_ticket_restored'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['impact_started_at'], name='incidents_ticket_began'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['priority', '-created_at', '-id'], name='incidents_ticket_in_order'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['team', 'priority', '-created_at', '-id'], name='incidents_ticket_of_team'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['team', '-id'], name='incidents_ticket_team_newest'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['service', '-created_at'], name='incidents_ticket_of_service'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['service', 'severity', '-id'], name='incidents_ticket_severities'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('visibility', 'private')), fields=['impact_started_at'], name='incidents_ticket_private'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['assignee', 'status'], name='incidents_ticket_of_assignee'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('title'), name='gin_trgm_ops'), name='incidents_ticket_title_words'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['incident', 'problem', 'request'])), name='incidents_ticket_kind'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('visibility__in', ['open', 'private'])), name='incidents_ticket_visibility'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'incident'), ('status__in', ('new', 'acknowledged', 'in_progress', 'on_hold', 'restored', 'resolved', 'closed'))), models.Q(('kind', 'problem'), ('status__in', ('new', 'assessed', 'analysis', 'known_error', 'fix_in_progress', 'resolved', 'closed'))), models.Q(('kind', 'request'), ('status__in', ('new', 'acknowledged', 'in_progress', 'on_hold', 'restored', 'resolved', 'closed'))), _connector='OR'), name='incidents_ticket_status_of_kind'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hold_reason__in', ['requester', 'change', 'problem', 'supplier', 'other_team']), ('status', 'on_hold')), models.Q(models.Q(('status', 'on_hold'), _negated=True), ('hold_reason', '')), _connector='OR'), name='incidents_ticket_hold_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed'), models.Q(('closure_code', ''), _negated=True)), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='incidents_ticket_closed_has_code'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'restored'), _negated=True), ('restored_at__isnull', False), _connector='OR'), name='incidents_ticket_restored_when'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), ('resolved_at__isnull', False), _connector='OR'), name='incidents_ticket_resolved_when'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('resolved_at__isnull', True), ('restored_at__isnull', True), ('resolved_at__gte', models.F('restored_at')), _connector='OR'), name='incidents_ticket_resolved_after_restored'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('visibility', 'open'), models.Q(('visibility_reason', ''), _negated=True), _connector='OR'), name='incidents_ticket_private_has_reason', violation_error_message='Say why this record is private.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('priority__gte', 1), ('priority__lte', 5)), name='incidents_ticket_priority'),
        ),
        migrations.AddConstraint(
            model_name='reportrun',
            constraint=models.UniqueConstraint(fields=('segment', 'measure', 'team', 'service', 'severity', 'is_changed'), name='incidents_reportrun_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='priorityrule',
            constraint=models.UniqueConstraint(fields=('impact', 'urgency'), name='incidents_priorityrule_once'),
        ),
        migrations.AddConstraint(
            model_name='priorityrule',
            constraint=models.CheckConstraint(condition=models.Q(('impact__in', [1, 2, 3])), name='incidents_priorityrule_impact'),
        ),
        migrations.AddConstraint(
            model_name='priorityrule',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__in', [1, 2, 3])), name='incidents_priorityrule_urgency'),
        ),
        migrations.AddConstraint(
            model_name='integration',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['alertmanager', 'pagerduty'])), name='incidents_integration_kind'),
        ),
        migrations.AddIndex(
            model_name='scheduledmaintenance',
            index=models.Index(condition=models.Q(('turn_at__isnull', False)), fields=['turn_at'], name='incidents_maintenance_due'),
        ),
        migrations.AddIndex(
            model_name='scheduledmaintenance',
            index=models.Index(fields=['page', '-starts_at'], name='incidents_maintenance_recent'),
        ),
        migrations.AddConstraint(
            model_name='scheduledmaintenance',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['scheduled', 'in_progress', 'verifying', 'completed'])), name='incidents_maintenance_status'),
        ),
        migrations.AddConstraint(
            model_name='scheduledmaintenance',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='incidents_maintenance_lasts'),
        ),
        migrations.AddConstraint(
            model_name='scheduledmaintenance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', False), ('status', 'completed'), ('turn_at__isnull', True)), models.Q(models.Q(('status', 'completed'), _negated=True), ('completed_at__isnull', True), ('turn_at__isnull', False)), _connector='OR'), name='incidents_maintenance_turns_or_is_over'),
        ),
        migrations.AddIndex(
            model_name='publicincident',
            index=models.Index(fields=['page', '-created_at'], name='incidents_public_recent'),
        ),
        migrations.AddIndex(
            model_name='publicincident',
            index=models.Index(condition=models.Q(('next_update_at__isnull', False)), fields=['next_update_at'], name='incidents_public_due'),
        ),
        migrations.AddConstraint(
            model_name='publicincident',
            constraint=models.UniqueConstraint(fields=('page', 'ticket'), name='incidents_publicincident_once'),
        ),
        migrations.AddConstraint(
            model_name='publicincident',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'])), name='incidents_publicincident_status'),
        ),
        migrations.AddConstraint(
            model_name='publicincident',
            constraint=models.CheckConstraint(condition=models.Q(('impact__in', ['none', 'minor', 'major', 'critical'])), name='incidents_publicincident_impact'),
        ),
        migrations.AddConstraint(
            model_name='publicincident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_update_at__isnull', True), ('resolved_at__isnull', False), ('status__in', ('resolved', 'postmortem'))), models.Q(models.Q(('status__in', ('resolved', 'postmortem')), _negated=True), ('next_update_at__isnull', False)), _connector='OR'), name='incidents_publicincident_promises_next'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.UniqueConstraint(fields=('page', 'name'), name='incidents_component_once'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance'])), name='incidents_component_status'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.CheckConstraint(condition=models.Q(('group__isnull', True), models.Q(('group', models.F('id')), _negated=True), _connector='OR'), name='incidents_component_not_its_own_group'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.UniqueConstraint(models.F('page'), django.db.models.functions.text.Lower('email'), name='incidents_subscriber_once'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(('unsubscribed_at__isnull', True), ('confirmed_at__isnull', True), ('unsubscribed_at__gte', models.F('confirmed_at')), _connector='OR'), name='incidents_subscriber_left_after_coming'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['caused_by', 'duplicate_of', 'related'])), name='incidents_link_kind'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.UniqueConstraint(fields=('from_ticket', 'to_ticket', 'kind'), name='incidents_link_once'),
        ),
        migrations.AddConstraint(
            model_name='ticketlink',
            constraint=models.CheckConstraint(condition=models.Q(('from_ticket', models.F('to_ticket')), _negated=True), name='incidents_link_to_another'),
        ),
        migrations.AddIndex(
            model_name='timelineentry',
            index=models.Index(fields=['ticket', 'at', 'id'], name='incidents_entry_of'),
        ),
        migrations.AddConstraint(
            model_name='timelineentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'status', 'note', 'comment', 'change', 'handover', 'page', 'escalation', 'alert', 'action', 'link'])), name='incidents_entry_kind'),
        ),
        migrations.AddConstraint(
            model_name='timelineentry',
            constraint=models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('ticket', 'source'), name='incidents_entry_told_once'),
        ),
        migrations.AddIndex(
            model_name='updatedelivery',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['priority', 'due_at'], name='incidents_delivery_due'),
        ),
        migrations.AddIndex(
            model_name='updatedelivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='incidents_delivery_leased'),
        ),
        migrations.AddIndex(
            model_name='updatedelivery',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['ended_at'], name='incidents_delivery_dead'),
        ),
        migrations.AddIndex(
            model_name='updatedelivery',
            index=models.Index(fields=['update', 'state'], name='incidents_delivery_of'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled', 'dead'])), name='incidents_updatedelivery_state'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending')), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='incidents_updatedelivery_sending_has_lease'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.UniqueConstraint(condition=models.Q(('update__isnull', False)), fields=('update', 'subscriber'), name='incidents_delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.UniqueConstraint(condition=models.Q(('notice__isnull', False)), fields=('notice', 'subscriber'), name='incidents_delivery_of_notice_once'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.CheckConstraint(condition=models.Q(('update__isnull', True), ('notice__isnull', True), _connector='OR'), name='incidents_delivery_says_one_thing'),
        ),
    ]
