"""All tables of the app, written by `makemigrations`: nothing here is written by hand but the base."""

import config.base.data.models
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import oncall.models.people
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('description', models.TextField(blank=True)),
                ('external_id', config.base.data.models.OneLineField(blank=True, help_text='How another system knows it, such as a Terraform resource.', max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('name', config.base.data.models.OneLineField(max_length=120)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[oncall.models.people.validate_zone])),
                ('country', models.CharField(blank=True, help_text='ISO 3166 code; it decides the public holidays.', max_length=2)),
                ('employee_number', models.CharField(blank=True, max_length=40)),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in and be paged')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may use the administration')),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('note', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('external_id', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'time off',
                'verbose_name_plural': 'time off',
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80)),
                ('prefix', models.CharField(editable=False, max_length=12, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read everything its owner may read'), ('write', 'Change records'), ('respond', 'Acknowledge, restore, add notes')], max_length=10), default=list, size=None)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('country', models.CharField(blank=True, help_text='ISO 3166 code, such as DE; empty for your own days.', max_length=2)),
                ('subdivision', models.CharField(blank=True, help_text='Such as BE for Berlin; empty for the country.', max_length=12)),
                ('description', models.TextField(blank=True)),
                ('external_id', config.base.data.models.OneLineField(blank=True, help_text='How another system knows it, such as a Terraform resource.', max_length=120)),
                ('filled_through', models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_calendar_external_id'), models.CheckConstraint(condition=models.Q(('subdivision', ''), models.Q(('country', ''), _negated=True), _connector='OR'), name='oncall_calendar_subdivision_of_country')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('date', models.DateField()),
                ('name', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dates', to='oncall.calendar')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ContactMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('voice', 'Phone call'), ('push', 'Push message'), ('webhook', 'Webhook')], max_length=10)),
                ('address', models.CharField(help_text='Mail address, phone number (+49...) or https address.', max_length=500)),
                ('secret', models.CharField(blank=True, help_text='Signs the calls to a webhook.', max_length=120)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_methods', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Deactivation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reopened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deactivations', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EngineLane',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worker', models.CharField(max_length=120)),
                ('lane', models.CharField(max_length=20)),
                ('started_at', models.DateTimeField()),
                ('swept_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(blank=True, help_text='When it ended because it was asked to.', null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('last_error_at', models.DateTimeField(blank=True, null=True)),
                ('skew_seconds', models.FloatField(default=0, help_text="The worker's clock minus the database's.")),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('worker', 'lane'), name='oncall_enginelane_once')],
            },
        ),
        migrations.CreateModel(
            name='EngineSchema',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='oncall_engineschema_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('frozen_policy', models.JSONField(help_text='The policy at the time of the trigger (R-E1).')),
                ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4)),
                ('priority', models.PositiveSmallIntegerField(default=5, help_text='Priority of its pages; lower is sent first.')),
                ('state', models.CharField(choices=[('triggered', 'Triggered'), ('acknowledged', 'Acknowledged'), ('snoozed', 'Snoozed'), ('ended', 'Ended')], default='triggered', max_length=12)),
                ('step', models.PositiveSmallIntegerField(default=0, help_text='The step that fires next, from 0.')),
                ('round', models.PositiveSmallIntegerField(default=0)),
                ('round_reached', models.BooleanField(default=False, help_text='Whether this round has reached anybody.')),
                ('firing', models.PositiveIntegerField(default=0, help_text='Counts every firing; never reset (paging rule 3).')),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('triggered_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('exhausted_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EscalationEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('event', models.CharField(choices=[('page', 'Paged'), ('nobody_on_call', 'Nobody on call'), ('exhausted', 'Ran out of steps'), ('unreachable', 'Could not be reached'), ('ack', 'Acknowledged'), ('unack', 'Unacknowledged'), ('snooze', 'Snoozed'), ('escalate', 'Escalated manually'), ('ack_timeout', 'Acknowledgement timed out'), ('snooze_over', 'Snooze ended'), ('resolve', 'Ended')], max_length=16)),
                ('step', models.SmallIntegerField(blank=True, help_text='From 0; -1 is the fallback.', null=True)),
                ('round', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('detail', models.JSONField(default=dict, help_text='The people paged, and why: schedule, version, turn.')),
                ('relay_at', models.DateTimeField(blank=True, help_text='Set until the signal about it was delivered.', null=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='oncall.escalation')),
            ],
            options={
                'verbose_name_plural': 'escalation entries',
            },
        ),
        migrations.CreateModel(
            name='EscalationPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('repeat', models.PositiveSmallIntegerField(default=2, help_text='How often to repeat the steps.', validators=[django.core.validators.MaxValueValidator(20)])),
                ('ack_timeout_minutes', models.PositiveSmallIntegerField(blank=True, help_text='Page again if service is not restored this many minutes after the acknowledgement.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('fallback_delay_minutes', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1)])),
                ('fallback', models.ManyToManyField(help_text='Paged when a round reached nobody, and after the last round.', related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'escalation policies',
            },
        ),
        migrations.AddField(
            model_name='escalation',
            name='policy',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='escalations', to='oncall.escalationpolicy'),
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('delay_minutes', models.PositiveSmallIntegerField(default=5, help_text='Minutes to wait for an acknowledgement.', validators=[django.core.validators.MinValueValidator(1)])),
                ('mode', models.CharField(choices=[('all', 'Everyone at once'), ('round_robin', 'Round robin')], default='all', max_length=12)),
                ('next_target', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='oncall.escalationpolicy')),
            ],
        ),
        migrations.CreateModel(
            name='FeedToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mine', 'All my shifts'), ('schedule', "Everybody's shifts on one schedule")], default='mine', max_length=10)),
                ('name', config.base.data.models.OneLineField(max_length=80)),
                ('prefix', models.CharField(editable=False, max_length=12, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='oncall.schedule')),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalEscalationPolicy',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('repeat', models.PositiveSmallIntegerField(default=2, help_text='How often to repeat the steps.', validators=[django.core.validators.MaxValueValidator(20)])),
                ('ack_timeout_minutes', models.PositiveSmallIntegerField(blank=True, help_text='Page again if service is not restored this many minutes after the acknowledgement.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('fallback_delay_minutes', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1)])),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical escalation policy',
                'verbose_name_plural': 'historical escalation policies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEscalationPolicy_fallback',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('escalationpolicy', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.escalationpolicy')),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='oncall.historicalescalationpolicy')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'HistoricalEscalationPolicy_fallback',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEscalationStep',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('delay_minutes', models.PositiveSmallIntegerField(default=5, help_text='Minutes to wait for an acknowledgement.', validators=[django.core.validators.MinValueValidator(1)])),
                ('mode', models.CharField(choices=[('all', 'Everyone at once'), ('round_robin', 'Round robin')], default='all', max_length=12)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.escalationpolicy')),
            ],
            options={
                'verbose_name': 'historical escalation step',
                'verbose_name_plural': 'historical escalation steps',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalObligationRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Rules are tried from the lowest position; the first match is used.')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('kind', models.CharField(max_length=40, verbose_name='task type')),
                ('is_active', models.BooleanField(default=True, help_text='Switch it off instead of deleting it.', verbose_name='active')),
                ('max_rank', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most severe. Empty: every severity.', null=True, verbose_name='severities up to rank')),
                ('max_tier', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most critical. Empty: every service.', null=True, verbose_name='services up to tier')),
                ('amount', models.PositiveIntegerField(blank=True, help_text='Empty: by the date that the record sets.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='within')),
                ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days')], default='days', max_length=8)),
                ('assigned_to', models.CharField(choices=[('record', "The record's owner, else its team"), ('team', "The record's team"), ('manager', "A manager of the record's team"), ('person', 'The person chosen below')], default='record', max_length=8, verbose_name='assigned to')),
                ('dismissed_by', models.CharField(choices=[('nobody', 'Nobody'), ('owner', 'The assignee'), ('manager', 'A manager of the team'), ('practice', 'A practice owner')], default='manager', max_length=8)),
                ('dismissed_when', models.CharField(choices=[('any', 'At any time'), ('overdue', 'Only once it is overdue')], default='any', max_length=8)),
                ('needs_reason', models.BooleanField(default=True, verbose_name='dismissing needs a reason')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical task rule',
                'verbose_name_plural': 'historical task rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='IdempotentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('method', models.CharField(max_length=8)),
                ('path', models.TextField()),
                ('body_digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('answer', models.TextField(blank=True)),
                ('etag', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='idempotent_requests', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Layer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(blank=True, max_length=80)),
                ('priority', models.SmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('primary', 'On call'), ('shadow', 'Shadowing: learns, is not paged')], default='primary', max_length=10)),
                ('time_zone', models.CharField(blank=True, help_text="Empty: the version's.", max_length=64, validators=[oncall.models.people.validate_zone])),
                ('starts_at', models.CharField(blank=True, help_text='Local time; empty: from the beginning.', max_length=16)),
                ('ends_at', models.CharField(blank=True, help_text='Local time; empty: without end.', max_length=16)),
                ('anchor', models.CharField(help_text='Local time of a handoff, as 2026-01-05T09:00; it fixes the phase.', max_length=16)),
                ('unit', models.CharField(choices=[('hour', 'Hours'), ('day', 'Days'), ('week', 'Weeks'), ('month', 'Months'), ('custom', 'Turns of different lengths')], default='week', max_length=10)),
                ('length', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)])),
                ('lengths', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), blank=True, default=list, help_text='Minutes of each turn of a custom cycle.', size=None)),
                ('clock', models.CharField(choices=[('wall', 'Local time'), ('elapsed', 'Elapsed hours')], default='wall', max_length=10)),
                ('count', models.CharField(choices=[('calendar', 'Every turn'), ('active', 'Only turns within the hours below')], default='calendar', max_length=10)),
                ('concurrent', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('slots', models.PositiveSmallIntegerField(default=0)),
                ('restrictions', models.JSONField(blank=True, default=list)),
                ('holiday_mode', models.CharField(blank=True, choices=[('', 'Like any other day'), ('exclude', 'Not covered'), ('only', 'Only these are covered')], default='', max_length=10)),
                ('calendar', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='layers', to='oncall.calendar')),
            ],
        ),
        migrations.CreateModel(
            name='LayerMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.PositiveSmallIntegerField()),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='oncall.layer')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('manager', 'Manager'), ('responder', 'Responder'), ('observer', 'Observer')], default='responder', max_length=10)),
                ('fte', models.DecimalField(decimal_places=2, default=Decimal('1'), help_text='1 is full time, 0.5 is half. The fair share of on-call time depends on it.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0.1')), django.core.validators.MaxValueValidator(Decimal('1'))], verbose_name='part of full time')),
                ('trained_on', models.DateField(blank=True, help_text='Shadowed a shift, read the plan and took part in a drill.', null=True, verbose_name='trained for on-call on')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
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
                ('title', config.base.data.models.OneLineField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('url', models.CharField(max_length=200)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NotificationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('after_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(120)])),
                ('contact_method', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='oncall.contactmethod')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ObligationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Rules are tried from the lowest position; the first match is used.')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('kind', models.CharField(max_length=40, verbose_name='task type')),
                ('is_active', models.BooleanField(default=True, help_text='Switch it off instead of deleting it.', verbose_name='active')),
                ('max_rank', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most severe. Empty: every severity.', null=True, verbose_name='severities up to rank')),
                ('max_tier', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most critical. Empty: every service.', null=True, verbose_name='services up to tier')),
                ('amount', models.PositiveIntegerField(blank=True, help_text='Empty: by the date that the record sets.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='within')),
                ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days')], default='days', max_length=8)),
                ('assigned_to', models.CharField(choices=[('record', "The record's owner, else its team"), ('team', "The record's team"), ('manager', "A manager of the record's team"), ('person', 'The person chosen below')], default='record', max_length=8, verbose_name='assigned to')),
                ('dismissed_by', models.CharField(choices=[('nobody', 'Nobody'), ('owner', 'The assignee'), ('manager', 'A manager of the team'), ('practice', 'A practice owner')], default='manager', max_length=8)),
                ('dismissed_when', models.CharField(choices=[('any', 'At any time'), ('overdue', 'Only once it is overdue')], default='any', max_length=8)),
                ('needs_reason', models.BooleanField(default=True, verbose_name='dismissing needs a reason')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'task rule',
            },
        ),
        migrations.CreateModel(
            name='Obligation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='task type')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('occurrence', models.CharField(blank=True, help_text='Tells several of one record apart.', max_length=80)),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('due_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('dismissed', 'Dismissed'), ('withdrawn', 'No longer needed')], default='open', max_length=10)),
                ('round', models.PositiveSmallIntegerField(default=0, help_text="Counts new due times; part of reminders' keys.")),
                ('reminded_until', models.DateTimeField(help_text='Reminders up to this time have been created.')),
                ('next_reminder_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, help_text='Why it was dismissed or postponed.')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='oncall.obligationrule')),
            ],
            options={
                'verbose_name': 'task',
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('op', models.CharField(choices=[('replace', 'One person covers for another'), ('set', 'These people instead of everybody'), ('add', 'Also these people'), ('remove', 'Without these people')], default='replace', max_length=10, verbose_name='change')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('reason', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('external_id', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('cancelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('out', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='OverridePerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('override', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='oncall.override')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='override',
            name='users',
            field=models.ManyToManyField(related_name='+', through='oncall.OverridePerson', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Page',
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
                ('firing', models.PositiveIntegerField()),
                ('rule', models.PositiveSmallIntegerField(help_text="Position of the person's notification rule.")),
                ('attempt_of_rule', models.PositiveSmallIntegerField(default=0, help_text="0 for the rule's own channel, 1 and up for those tried after it failed.")),
                ('link_used_at', models.DateTimeField(blank=True, help_text='The link in the message works once.', null=True)),
                ('relay_at', models.DateTimeField(blank=True, help_text='Set until the signal about it was delivered.', null=True)),
                ('contact_method', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pages', to='oncall.contactmethod')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='oncall.escalation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reminder',
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
                ('contact_method', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='oncall.contactmethod')),
                ('obligation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='oncall.obligation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'task reminder',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RuleReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.PositiveIntegerField(default=0, help_text='0: when it is due.', validators=[django.core.validators.MaxValueValidator(5000)])),
                ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days')], default='days', max_length=8)),
                ('side', models.CharField(choices=[('before', 'before it is due'), ('after', 'after it was due')], default='before', max_length=8)),
                ('whom', models.CharField(choices=[('owner', 'The assignee'), ('manager', "The team's managers"), ('practice', 'The practice owners')], default='owner', max_length=8)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='oncall.obligationrule')),
            ],
            options={
                'verbose_name': 'task rule reminder',
            },
        ),
        migrations.AddField(
            model_name='override',
            name='schedule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='oncall.schedule'),
        ),
        migrations.CreateModel(
            name='HandoffNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(help_text='Markdown: what is open, what to watch, what can wait.', max_length=10000)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoff_notes', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoff_notes', to='oncall.schedule')),
            ],
        ),
        migrations.CreateModel(
            name='FeedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('summary', models.CharField(max_length=250)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('modified_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='oncall.feedtoken')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oncall.schedule')),
            ],
        ),
        migrations.CreateModel(
            name='ScheduleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('effective_from', models.DateTimeField()),
                ('time_zone', models.CharField(max_length=64, validators=[oncall.models.people.validate_zone])),
                ('note', config.base.data.models.OneLineField(blank=True, help_text='Why it was changed.', max_length=200)),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='oncall.schedule')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='layer',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='layers', to='oncall.scheduleversion'),
        ),
        migrations.CreateModel(
            name='SwapOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('return_starts_at', models.DateTimeField(blank=True, null=True)),
                ('return_ends_at', models.DateTimeField(blank=True, null=True)),
                ('note', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10)),
                ('ended_at', models.DateTimeField(blank=True, help_text='Accepted, declined or withdrawn.', null=True)),
                ('overrides', models.ManyToManyField(blank=True, related_name='+', to='oncall.override')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SwapRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('note', config.base.data.models.OneLineField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('open', 'Open'), ('offered', 'Offered'), ('awaiting_approval', 'Awaiting approval'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('expired', 'Expired')], default='open', max_length=20)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='Declined, cancelled or expired.', null=True)),
                ('answer', config.base.data.models.OneLineField(blank=True, help_text='Why a manager declined.', max_length=200)),
                ('chosen', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chosen_by', to='oncall.swapoffer')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='oncall.schedule')),
            ],
        ),
        migrations.AddField(
            model_name='swapoffer',
            name='swap',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='oncall.swaprequest'),
        ),
        migrations.CreateModel(
            name='ReliefRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('night_on', models.DateField(help_text="The day on which the night began, in the person's time zone.")),
                ('pages', models.PositiveIntegerField()),
                ('worked_minutes', models.PositiveIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('requested_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relief_requests', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relief_requests', to='oncall.schedule')),
                ('swap', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='relief', to='oncall.swaprequest')),
            ],
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('central_it', 'Central IT'), ('service_desk', 'Service desk'), ('product', 'Product (DevOps)'), ('secops', 'SecOps'), ('architecture', 'Architecture'), ('vendor', 'Vendor')], default='product', max_length=20)),
                ('description', models.TextField(blank=True)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[oncall.models.people.validate_zone])),
                ('swaps_need_approval', models.BooleanField(default=False, help_text='A manager must approve each swap of a shift before it takes effect.')),
                ('escalation_policy', models.ForeignKey(blank=True, help_text='Who is paged when a ticket is assigned to this team.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='default_of_teams', to='oncall.escalationpolicy')),
                ('members', models.ManyToManyField(related_name='teams', through='oncall.Membership', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='schedule',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedules', to='oncall.team'),
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=60)),
                ('path', models.CharField(help_text="The list's path, such as /incidents/.", max_length=200)),
                ('query', models.CharField(help_text='The part of the address after the question mark.', max_length=2000)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text="Order among the owner's views of the same list.")),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='oncall.team')),
            ],
        ),
        migrations.AddField(
            model_name='obligationrule',
            name='teams',
            field=models.ManyToManyField(blank=True, help_text='Empty: every team.', related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='membership',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='oncall.team'),
        ),
        migrations.CreateModel(
            name='HistoricalObligationRule_teams',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='oncall.historicalobligationrule')),
                ('obligationrule', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.obligationrule')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team')),
            ],
            options={
                'verbose_name': 'HistoricalObligationRule_teams',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='historicalescalationpolicy',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team'),
        ),
        migrations.CreateModel(
            name='EscalationTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='oncall.escalationstep')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='oncall.schedule')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team')),
            ],
        ),
        migrations.AddField(
            model_name='escalationpolicy',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalation_policies', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='oncall.team'),
        ),
        migrations.CreateModel(
            name='WakeTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('sent_at', models.DateTimeField()),
                ('passed_at', models.DateTimeField(blank=True, null=True)),
                ('contact_method', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='oncall.contactmethod')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wake_tests', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='WorkInterval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(choices=[('timeline', 'From the timeline'), ('claimed', 'Claimed')], default='timeline', max_length=10)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_intervals', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='oncall_user_email', violation_error_message='There is already an account with this address.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('employee_number', ''), _negated=True), fields=('employee_number',), name='oncall_user_employee_number'),
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(fields=['user', 'ends_at'], name='oncall_absence_by_end'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_absence_ends_later', violation_error_message='The end must come after the start.'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', django.db.models.functions.datetime.TruncMinute('starts_at'))), name='oncall_absence_starts_minute'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', django.db.models.functions.datetime.TruncMinute('ends_at'))), name='oncall_absence_ends_minute'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_absence_origin'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_absence_external_id'),
        ),
        migrations.AddConstraint(
            model_name='calendardate',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('calendar', 'date'), name='oncall_calendardate_once', violation_error_message='This date is already in the calendar.'),
        ),
        migrations.AddConstraint(
            model_name='calendardate',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_calendardate_origin'),
        ),
        migrations.AddConstraint(
            model_name='contactmethod',
            constraint=models.UniqueConstraint(fields=('user', 'kind', 'address'), name='oncall_contactmethod_once'),
        ),
        migrations.AddConstraint(
            model_name='contactmethod',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'sms', 'voice', 'push', 'webhook'])), name='oncall_contactmethod_kind'),
        ),
        migrations.AddConstraint(
            model_name='deactivation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('starts_at__lte', models.F('ends_at')), _connector='OR'), name='oncall_deactivation_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='deactivation',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), ('starts_at__gte', django.db.models.functions.datetime.TruncMinute('created_at')), _connector='OR'), name='oncall_deactivation_not_backdated'),
        ),
        migrations.AddConstraint(
            model_name='deactivation',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', django.db.models.functions.datetime.TruncMinute('starts_at'))), name='oncall_deactivation_minute'),
        ),
        migrations.AddConstraint(
            model_name='deactivation',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_deactivation_origin'),
        ),
        migrations.AddConstraint(
            model_name='deactivation',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('user',), name='oncall_deactivation_open_once'),
        ),
        migrations.AddIndex(
            model_name='escalationentry',
            index=models.Index(fields=['escalation', 'id'], name='oncall_entry_of'),
        ),
        migrations.AddIndex(
            model_name='escalationentry',
            index=models.Index(condition=models.Q(('relay_at__isnull', False)), fields=['relay_at'], name='oncall_entry_relay'),
        ),
        migrations.AddIndex(
            model_name='escalationentry',
            index=models.Index(condition=models.Q(('event', 'page')), fields=['at'], name='oncall_entry_paged'),
        ),
        migrations.AddConstraint(
            model_name='escalationentry',
            constraint=models.CheckConstraint(condition=models.Q(('event__in', ['page', 'nobody_on_call', 'exhausted', 'unreachable', 'ack', 'unack', 'snooze', 'escalate', 'ack_timeout', 'snooze_over', 'resolve'])), name='oncall_entry_event'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('policy', 'position'), name='oncall_step_position'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(('delay_minutes__gte', 1)), name='oncall_step_delay'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['all', 'round_robin'])), name='oncall_step_mode'),
        ),
        migrations.AddIndex(
            model_name='idempotentrequest',
            index=models.Index(fields=['created_at'], name='oncall_idempotent_age'),
        ),
        migrations.AddConstraint(
            model_name='idempotentrequest',
            constraint=models.UniqueConstraint(fields=('user', 'key'), name='oncall_idempotentrequest_once'),
        ),
        migrations.AddConstraint(
            model_name='layermember',
            constraint=models.UniqueConstraint(fields=('layer', 'slot', 'user'), name='oncall_layermember_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['priority', 'due_at'], name='oncall_notice_due'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='oncall_notice_leased'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['ended_at'], name='oncall_notice_dead'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['user', '-created_at'], name='oncall_notice_of_user'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled', 'dead'])), name='oncall_notice_state'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending')), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='oncall_notice_sending_has_lease'),
        ),
        migrations.AddConstraint(
            model_name='notificationrule',
            constraint=models.UniqueConstraint(fields=('user', 'urgency', 'position'), name='oncall_rule_position'),
        ),
        migrations.AddConstraint(
            model_name='notificationrule',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__in', ['high', 'low'])), name='oncall_rule_urgency'),
        ),
        migrations.AddConstraint(
            model_name='overrideperson',
            constraint=models.UniqueConstraint(fields=('override', 'user'), name='oncall_overrideperson_once'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['priority', 'due_at'], name='oncall_page_due'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='oncall_page_leased'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['ended_at'], name='oncall_page_dead'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(fields=['escalation', 'firing'], name='oncall_page_of_firing'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(fields=['user', '-created_at'], name='oncall_page_of_user'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('relay_at__isnull', False)), fields=['relay_at'], name='oncall_page_relay'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled', 'dead'])), name='oncall_page_state'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending')), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='oncall_page_sending_has_lease'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['priority', 'due_at'], name='oncall_reminder_due'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='oncall_reminder_leased'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['ended_at'], name='oncall_reminder_dead'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['obligation', 'id'], name='oncall_reminder_of'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled', 'dead'])), name='oncall_reminder_state'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending')), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='oncall_reminder_sending_has_lease'),
        ),
        migrations.AddConstraint(
            model_name='rulereminder',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['minutes', 'hours', 'days'])), name='oncall_rulereminder_unit'),
        ),
        migrations.AddConstraint(
            model_name='rulereminder',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['before', 'after'])), name='oncall_rulereminder_side'),
        ),
        migrations.AddConstraint(
            model_name='rulereminder',
            constraint=models.CheckConstraint(condition=models.Q(('whom__in', ['owner', 'manager', 'practice'])), name='oncall_rulereminder_whom'),
        ),
        migrations.AddConstraint(
            model_name='rulereminder',
            constraint=models.CheckConstraint(condition=models.Q(('amount__lte', 5000)), name='oncall_rulereminder_amount'),
        ),
        migrations.AddIndex(
            model_name='override',
            index=models.Index(fields=['schedule', 'ends_at'], name='oncall_override_by_end'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_override_ends_later', violation_error_message='An override must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), models.Q(('created_at__gte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '-', models.Value(datetime.timedelta(seconds=60)))), ('created_at__lte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '+', models.Value(datetime.timedelta(seconds=60))))), _connector='OR'), name='oncall_override_created_now'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), ('starts_at__gte', django.db.models.functions.datetime.TruncMinute('created_at')), _connector='OR'), name='oncall_override_not_backdated'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', django.db.models.functions.datetime.TruncMinute('starts_at'))), name='oncall_override_starts_minute'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', django.db.models.functions.datetime.TruncMinute('ends_at'))), name='oncall_override_ends_minute'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('op', 'replace'), ('out__isnull', False)), models.Q(models.Q(('op', 'replace'), _negated=True), ('out__isnull', True)), _connector='OR'), name='oncall_override_out'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('op__in', ['replace', 'set', 'add', 'remove'])), name='oncall_override_op'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_override_origin'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_override_external_id'),
        ),
        migrations.AddIndex(
            model_name='handoffnote',
            index=models.Index(fields=['schedule', '-at'], name='oncall_handoffnote_newest'),
        ),
        migrations.AddConstraint(
            model_name='handoffnote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='oncall_handoffnote_says_something', violation_error_message='Write what the next person should know.'),
        ),
        migrations.AddConstraint(
            model_name='feedtoken',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mine', 'schedule'])), name='oncall_feedtoken_kind'),
        ),
        migrations.AddConstraint(
            model_name='feedtoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'mine'), ('schedule__isnull', True)), models.Q(('kind', 'schedule'), ('schedule__isnull', False)), _connector='OR'), name='oncall_feedtoken_schedule'),
        ),
        migrations.AddConstraint(
            model_name='feedevent',
            constraint=models.UniqueConstraint(fields=('feed', 'uid'), name='oncall_feedevent_once'),
        ),
        migrations.AddConstraint(
            model_name='feedevent',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_feedevent_ends_later'),
        ),
        migrations.AddIndex(
            model_name='scheduleversion',
            index=models.Index(fields=['schedule', '-effective_from', '-created_at'], name='oncall_version_in_force'),
        ),
        migrations.AddConstraint(
            model_name='scheduleversion',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from__gte', django.db.models.functions.datetime.TruncMinute('created_at'))), name='oncall_version_not_backdated'),
        ),
        migrations.AddConstraint(
            model_name='scheduleversion',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), models.Q(('created_at__gte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '-', models.Value(datetime.timedelta(seconds=60)))), ('created_at__lte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '+', models.Value(datetime.timedelta(seconds=60))))), _connector='OR'), name='oncall_version_created_now'),
        ),
        migrations.AddConstraint(
            model_name='scheduleversion',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from', django.db.models.functions.datetime.TruncMinute('effective_from'))), name='oncall_version_minute'),
        ),
        migrations.AddConstraint(
            model_name='scheduleversion',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__lt', models.F('effective_from')), _connector='OR'), name='oncall_version_withdrawn_early'),
        ),
        migrations.AddConstraint(
            model_name='scheduleversion',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='oncall_version_origin'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['hour', 'day', 'week', 'month', 'custom'])), name='oncall_layer_unit'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['primary', 'shadow'])), name='oncall_layer_kind'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('clock__in', ['wall', 'elapsed'])), name='oncall_layer_clock'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('count__in', ['calendar', 'active'])), name='oncall_layer_count'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('holiday_mode__in', ['', 'exclude', 'only'])), name='oncall_layer_holiday_mode'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('length__gte', 1), ('length__lte', 366)), models.Q(('length__gte', 1), ('length__lte', 720), ('unit', 'hour')), _connector='OR'), name='oncall_layer_length'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('concurrent__gte', 1)), name='oncall_layer_concurrent'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('anchor__regex', '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$')), name='oncall_layer_anchor'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', ''), ('starts_at__regex', '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$'), _connector='OR'), name='oncall_layer_starts_at'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', ''), ('ends_at__regex', '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$'), _connector='OR'), name='oncall_layer_ends_at'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lengths__len__gte', 1), ('unit', 'custom')), models.Q(models.Q(('unit', 'custom'), _negated=True), ('lengths__len', 0)), _connector='OR'), name='oncall_layer_lengths'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(('clock', 'wall'), ('unit', 'hour'), _connector='OR'), name='oncall_layer_elapsed_hours'),
        ),
        migrations.AddConstraint(
            model_name='layer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('calendar__isnull', True), ('holiday_mode', '')), models.Q(('calendar__isnull', False), models.Q(('holiday_mode', ''), _negated=True)), _connector='OR'), name='oncall_layer_calendar'),
        ),
        migrations.AddIndex(
            model_name='swaprequest',
            index=models.Index(condition=models.Q(('status__in', ['open', 'offered', 'awaiting_approval'])), fields=['starts_at'], name='oncall_swaprequest_due'),
        ),
        migrations.AddIndex(
            model_name='swaprequest',
            index=models.Index(fields=['schedule', '-starts_at'], name='oncall_swaprequest_of'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_swaprequest_ends_later', violation_error_message='A swap must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', django.db.models.functions.datetime.TruncMinute('starts_at'))), name='oncall_swaprequest_starts_minute'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', django.db.models.functions.datetime.TruncMinute('ends_at'))), name='oncall_swaprequest_ends_minute'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'offered', 'awaiting_approval', 'accepted', 'declined', 'cancelled', 'expired'])), name='oncall_swaprequest_status'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', False), ('chosen__isnull', False), ('status', 'accepted')), models.Q(('accepted_at__isnull', True), ('chosen__isnull', False), ('status', 'awaiting_approval')), models.Q(models.Q(('status__in', ['accepted', 'awaiting_approval']), _negated=True), ('accepted_at__isnull', True)), _connector='OR'), name='oncall_swaprequest_accepted'),
        ),
        migrations.AddConstraint(
            model_name='swaprequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('status__in', ['declined', 'cancelled', 'expired'])), models.Q(models.Q(('status__in', ['declined', 'cancelled', 'expired']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='oncall_swaprequest_ended'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('swap', 'user'), name='oncall_swapoffer_once'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'accepted', 'declined', 'withdrawn'])), name='oncall_swapoffer_status'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('return_ends_at__isnull', True), ('return_starts_at__isnull', True)), models.Q(('return_ends_at__gt', models.F('return_starts_at')), ('return_starts_at__isnull', False)), _connector='OR'), name='oncall_swapoffer_return'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.CheckConstraint(condition=models.Q(('return_starts_at', django.db.models.functions.datetime.TruncMinute('return_starts_at'))), name='oncall_swapoffer_starts_minute'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.CheckConstraint(condition=models.Q(('return_ends_at', django.db.models.functions.datetime.TruncMinute('return_ends_at'))), name='oncall_swapoffer_ends_minute'),
        ),
        migrations.AddConstraint(
            model_name='swapoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='oncall_swapoffer_ended'),
        ),
        migrations.AddIndex(
            model_name='reliefrequest',
            index=models.Index(fields=['schedule', '-requested_at'], name='oncall_relief_of_schedule'),
        ),
        migrations.AddConstraint(
            model_name='reliefrequest',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='oncall_relief_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='reliefrequest',
            constraint=models.UniqueConstraint(fields=('user', 'night_on'), name='oncall_relief_once_a_night'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['central_it', 'service_desk', 'product', 'secops', 'architecture', 'vendor'])), name='oncall_team_kind'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_schedule_external_id'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', False), ('team__isnull', True)), models.Q(('owner__isnull', True), ('team__isnull', False)), _connector='OR'), name='oncall_savedview_of_one'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('query', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='oncall_savedview_says_something'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('owner', 'path', 'name'), name='oncall_savedview_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('team', 'path', 'name'), name='oncall_savedview_once_a_team'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['minutes', 'hours', 'days'])), name='oncall_obligationrule_unit'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('assigned_to__in', ['record', 'team', 'manager', 'person'])), name='oncall_obligationrule_owed_by'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('dismissed_by__in', ['nobody', 'owner', 'manager', 'practice'])), name='oncall_obligationrule_dismissed_by'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('dismissed_when__in', ['any', 'overdue'])), name='oncall_obligationrule_dismissed_when'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assigned_to', 'person'), ('person__isnull', False)), models.Q(models.Q(('assigned_to', 'person'), _negated=True), ('person__isnull', True)), _connector='OR'), name='oncall_obligationrule_person', violation_error_message='Choose a person if the task is assigned to one person, and none otherwise.'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('amount__isnull', True), ('amount__gte', 1), _connector='OR'), name='oncall_obligationrule_amount'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('next_reminder_at__isnull', False)), fields=['next_reminder_at'], name='oncall_obligation_reminder'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['owner', 'due_at'], name='oncall_obligation_of_person'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['team', 'due_at'], name='oncall_obligation_of_team'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['subject_type', 'subject_id'], name='oncall_obligation_subject'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'done', 'dismissed', 'withdrawn'])), name='oncall_obligation_status'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.UniqueConstraint(fields=('kind', 'subject_type', 'subject_id', 'occurrence'), name='oncall_obligation_once'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('team__isnull', False), _connector='OR'), name='oncall_obligation_is_somebodys'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='oncall_obligation_ended_when'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'open'), ('next_reminder_at__isnull', True), _connector='OR'), name='oncall_obligation_ended_is_quiet'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('origin__in', ['demo', 'case']), _negated=True), ('next_reminder_at__isnull', True), _connector='OR'), name='oncall_obligation_demo_is_quiet'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('team', 'user'), name='oncall_membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('fte__gte', Decimal('0.1')), ('fte__lte', 1)), name='oncall_membership_fte', violation_error_message='Choose a part between 0.1 and 1, which is full time.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['manager', 'responder', 'observer'])), name='oncall_membership_role'),
        ),
        migrations.AddConstraint(
            model_name='escalationtarget',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('schedule__isnull', True), ('team__isnull', True), ('user__isnull', False)), models.Q(('schedule__isnull', False), ('team__isnull', True), ('user__isnull', True)), models.Q(('schedule__isnull', True), ('team__isnull', False), ('user__isnull', True)), _connector='OR'), name='oncall_target_is_one', violation_error_message='Choose exactly one of person, schedule and team.'),
        ),
        migrations.AddConstraint(
            model_name='escalationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('repeat__lte', 20)), name='oncall_policy_repeat'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('state', 'ended'), _negated=True), fields=['next_at'], name='oncall_escalation_due'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(fields=['subject_type', 'subject_id'], name='oncall_escalation_subject'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('state', 'triggered')), fields=['triggered_at'], name='oncall_escalation_unanswered'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['triggered', 'acknowledged', 'snoozed', 'ended'])), name='oncall_escalation_state'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__in', ['high', 'low'])), name='oncall_escalation_urgency'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'triggered'), _negated=True), ('next_at__isnull', False), ('exhausted_at__isnull', False), _connector='OR'), name='oncall_escalation_never_silent'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'snoozed'), _negated=True), ('next_at__isnull', False), _connector='OR'), name='oncall_escalation_snooze_ends'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), models.Q(('ended_at__isnull', False), ('next_at__isnull', True)), _connector='OR'), name='oncall_escalation_ended_is_quiet'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'acknowledged'), _negated=True), ('acknowledged_at__isnull', False), _connector='OR'), name='oncall_escalation_acknowledged_when'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('subject_type', 'subject_id', 'team'), name='oncall_escalation_one_per_team', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='waketest',
            index=models.Index(fields=['user', '-sent_at'], name='oncall_waketest_of_user'),
        ),
        migrations.AddConstraint(
            model_name='waketest',
            constraint=models.CheckConstraint(condition=models.Q(('passed_at__isnull', True), ('passed_at__gte', models.F('sent_at')), _connector='OR'), name='oncall_waketest_passed_later'),
        ),
        migrations.AddIndex(
            model_name='workinterval',
            index=models.Index(fields=['subject_type', 'subject_id'], name='oncall_work_subject'),
        ),
        migrations.AddIndex(
            model_name='workinterval',
            index=models.Index(fields=['user', 'started_at'], name='oncall_work_user'),
        ),
        migrations.AddConstraint(
            model_name='workinterval',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['timeline', 'claimed'])), name='oncall_work_source'),
        ),
        migrations.AddConstraint(
            model_name='workinterval',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='oncall_work_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='workinterval',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('subject_type', '='), ('subject_id', '='), (models.Func('started_at', 'ended_at', function='TSTZRANGE'), '&&')], name='oncall_work_no_overlap'),
        ),
    ]
