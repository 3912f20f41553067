"""SLA targets, clocks, facts and corrections; the database refuses to change facts."""

import config.base.data.models
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import incidents.models.sla.corrections
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


WRITTEN_ONCE = (
    ("slatargetversion", ("withdrawn_at", "withdrawn_by_id")),
    ("slabreach", ()),
    ("slawarning", ()),
)


def _append_only(table, columns):
    """Refuse to delete a row, or to change any but these columns."""
    names = ", ".join(f"'{column}'" for column in columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON incidents_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION holdfast_refuse_change({names});",
        f"DROP TRIGGER append_only ON incidents_{table};",
    )


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0011_facts_for_clocks'),
        ('oncall', '0012_times_of_policies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalSlaAction',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('percent', models.PositiveSmallIntegerField(help_text='Of the goal; one of its warnings, or 100.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('act', models.CharField(choices=[('assignee', 'Tell the assignee'), ('manager', "Tell the team's managers"), ('policy', 'Start an escalation policy'), ('team', 'Hand the ticket to a team')], default='assignee', max_length=8, verbose_name='does')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical action of an SLA target',
                'verbose_name_plural': 'historical actions of SLA targets',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSlaTarget',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], default='sla', max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('description', models.TextField(blank=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical SLA target',
                'verbose_name_plural': 'historical SLA targets',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='SlaAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('percent', models.PositiveSmallIntegerField(help_text='Of the goal; one of its warnings, or 100.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('act', models.CharField(choices=[('assignee', 'Tell the assignee'), ('manager', "Tell the team's managers"), ('policy', 'Start an escalation policy'), ('team', 'Hand the ticket to a team')], default='assignee', max_length=8, verbose_name='does')),
            ],
            options={
                'verbose_name': 'action of an SLA target',
                'verbose_name_plural': 'actions of SLA targets',
            },
        ),
        migrations.CreateModel(
            name='SlaBreach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('cycle', models.PositiveIntegerField(default=1)),
                ('goal_minutes', models.PositiveIntegerField(blank=True, null=True)),
                ('breached_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it became known.')),
                ('source', config.base.data.models.OneLineField(blank=True, help_text='The other system that recorded it.', max_length=60)),
            ],
            options={
                'verbose_name': 'SLA breach',
                'verbose_name_plural': 'SLA breaches',
            },
        ),
        migrations.CreateModel(
            name='SlaCredit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('status', models.CharField(choices=[('asked', 'Requested'), ('approved', 'Approved'), ('declined', 'Declined')], default='asked', max_length=8)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('batch', models.UUIDField(blank=True, db_index=True, help_text='Requested for many tickets at once.', null=True)),
            ],
            options={
                'verbose_name': 'excluded time',
                'verbose_name_plural': 'excluded times',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SlaCycle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('cycle', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('met', 'Met'), ('breached', 'Broken'), ('cancelled', 'Cancelled')], max_length=9)),
                ('started_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('next_at', models.DateTimeField(blank=True, help_text='The next warning, breach or planned change.', null=True)),
                ('goal_minutes', models.PositiveIntegerField()),
                ('elapsed_minutes', models.IntegerField(help_text='When it was computed.')),
                ('paused_by', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('paused_since', models.DateTimeField(blank=True, null=True)),
                ('breached_at', models.DateTimeField(blank=True, null=True)),
                ('breach_holds', models.BooleanField(blank=True, help_text="Whether today's history still shows it.", null=True)),
                ('computed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, help_text='When it was broken, or met.', null=True)),
                ('is_kept', models.BooleanField(blank=True, null=True)),
                ('category', config.base.data.models.OneLineField(blank=True, max_length=60)),
                ('customers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('source', config.base.data.models.OneLineField(blank=True, help_text='The other system that it comes from.', max_length=60)),
            ],
            options={
                'verbose_name': 'SLA clock',
            },
        ),
        migrations.CreateModel(
            name='SlaStale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'ticket with stale SLA clocks',
                'verbose_name_plural': 'tickets with stale SLA clocks',
            },
        ),
        migrations.CreateModel(
            name='SlaTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], default='sla', max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('description', models.TextField(blank=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
            ],
            options={
                'verbose_name': 'SLA target',
            },
        ),
        migrations.CreateModel(
            name='SlaTargetVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('effective_from', models.DateTimeField()),
                ('scope', models.CharField(choices=[('all', 'All tickets, from then on'), ('new', 'Only tickets opened from then on')], default='all', max_length=3, verbose_name='binds')),
                ('is_retired', models.BooleanField(default=False, verbose_name='ends the target')),
                ('position', models.PositiveSmallIntegerField(default=1, help_text='The first match by position is in force.', validators=[django.core.validators.MinValueValidator(1)])),
                ('conditions', models.JSONField(blank=True, default=dict, help_text='Allowed values by field, as {"severity": [1, 2]}; all fields must hold.')),
                ('goal_minutes', models.PositiveIntegerField(help_text='Minutes that may pass.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(129600)])),
                ('start', models.CharField(choices=[('opened', 'When the ticket is opened'), ('impact', 'When the impact began'), ('alerted', 'With the first page'), ('restored', 'When the service is restored'), ('vendor', 'When the supplier is notified')], default='opened', max_length=8)),
                ('pause_reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('requester', 'Requester'), ('change', 'Change'), ('problem', 'Problem'), ('supplier', 'Supplier'), ('other_team', 'Other team')], max_length=40), blank=True, default=list, help_text='A hold for one of these reasons pauses the clock.', size=None)),
                ('warn_percents', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)]), blank=True, default=list, help_text='Warn when this much of the goal has passed.', size=None)),
                ('note', config.base.data.models.OneLineField(blank=True, help_text='Why it was changed.', max_length=200)),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
            ],
            options={
                'verbose_name': 'version of an SLA target',
                'verbose_name_plural': 'versions of SLA targets',
            },
        ),
        migrations.CreateModel(
            name='SlaWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('status', models.CharField(choices=[('asked', 'Requested'), ('approved', 'Approved'), ('declined', 'Declined')], default='asked', max_length=8)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'waiver of a breach',
                'verbose_name_plural': 'waivers of breaches',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SlaWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sla', 'SLA, to customers'), ('ola', 'OLA, between teams'), ('underpinning', 'Supplier target')], max_length=12)),
                ('metric', models.CharField(choices=[('acknowledge', 'Acknowledge'), ('first_response', 'First response'), ('first_update', 'First update to customers'), ('next_update', 'Next update to customers'), ('restore', 'Restore'), ('fulfil', 'Fulfil'), ('prevent', 'Resolve (prevention done)')], max_length=14)),
                ('cycle', models.PositiveIntegerField(default=1)),
                ('percent', models.PositiveSmallIntegerField()),
                ('goal_minutes', models.PositiveIntegerField()),
                ('warned_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('is_sent', models.BooleanField(default=True, help_text='False: a higher one fell due at the same time.')),
            ],
            options={
                'verbose_name': 'SLA warning',
            },
        ),
        migrations.AddField(
            model_name='ticket',
            name='imported_from',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name='ticket',
            name='opened_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it was opened in the system that it comes from.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_due_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When the first of its running SLA clocks is due, or was.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_next_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='The next warning, breach or planned change of a clock.', null=True),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['sla_due_at', 'id'], name='incidents_ticket_sla_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('sla_next_at__isnull', False)), fields=['sla_next_at'], name='incidents_ticket_sla_next'),
        ),
        migrations.AddField(
            model_name='historicalslaaction',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalslaaction',
            name='policy',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.escalationpolicy'),
        ),
        migrations.AddField(
            model_name='historicalslaaction',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='historicalslatarget',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slaaction',
            name='policy',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.escalationpolicy'),
        ),
        migrations.AddField(
            model_name='slaaction',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slabreach',
            name='team',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The team of an OLA.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slabreach',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='slacredit',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slacredit',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slacredit',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sla_credits', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='slacycle',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The team that had the ticket when it was decided.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slacycle',
            name='service',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.service'),
        ),
        migrations.AddField(
            model_name='slacycle',
            name='team',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The team of an OLA.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slacycle',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='slastale',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.ticket'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sla', 'ola', 'underpinning'])), name='incidents_slatarget_kind'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.CheckConstraint(condition=models.Q(('metric__in', ['acknowledge', 'first_response', 'first_update', 'next_update', 'restore', 'fulfil', 'prevent'])), name='incidents_slatarget_metric'),
        ),
        migrations.AddField(
            model_name='slaaction',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='incidents.slatarget'),
        ),
        migrations.AddField(
            model_name='historicalslaaction',
            name='target',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.slatarget'),
        ),
        migrations.AddField(
            model_name='slatargetversion',
            name='calendar',
            field=models.ForeignKey(blank=True, help_text='Empty: 24x7.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.calendar'),
        ),
        migrations.AddField(
            model_name='slatargetversion',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slatargetversion',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='incidents.slatarget'),
        ),
        migrations.AddField(
            model_name='slatargetversion',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slacycle',
            name='version',
            field=models.ForeignKey(blank=True, help_text='In force now, or when the clock ended; empty for a clock of another system.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cycles', to='incidents.slatargetversion'),
        ),
        migrations.AddField(
            model_name='slabreach',
            name='version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.slatargetversion'),
        ),
        migrations.AddField(
            model_name='slawaiver',
            name='breach',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='incidents.slabreach'),
        ),
        migrations.AddField(
            model_name='slawaiver',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slawaiver',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slawarning',
            name='team',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The team of an OLA.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='slawarning',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='incidents.ticket'),
        ),
        migrations.AddField(
            model_name='slawarning',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.slatargetversion'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'approved', 'declined'])), name='incidents_slacredit_status'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incidents_slacredit_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'asked')), models.Q(models.Q(('status', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='incidents_slacredit_decided_by'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='incidents_slacredit_second_person'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='incidents_slacredit_span'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', django.db.models.functions.datetime.TruncMinute('starts_at'))), name='incidents_slacredit_starts_minute'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', django.db.models.functions.datetime.TruncMinute('ends_at'))), name='incidents_slacredit_ends_minute'),
        ),
        migrations.AddConstraint(
            model_name='slacredit',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'declined'), _negated=True), expressions=[('ticket', '='), (incidents.models.sla.corrections.Span('starts_at', 'ends_at'), '&&')], name='incidents_slacredit_no_overlap', violation_error_message='These minutes overlap another excluded time of this ticket.'),
        ),
        migrations.AddIndex(
            model_name='slastale',
            index=models.Index(fields=['since'], name='incidents_slastale_since'),
        ),
        migrations.AddConstraint(
            model_name='slaaction',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['assignee', 'manager', 'policy', 'team'])), name='incidents_slaaction_act'),
        ),
        migrations.AddConstraint(
            model_name='slaaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('act', 'policy'), ('policy__isnull', False)), models.Q(models.Q(('act', 'policy'), _negated=True), ('policy__isnull', True)), _connector='OR'), name='incidents_slaaction_policy', violation_error_message='Choose the escalation policy to start, or another action.'),
        ),
        migrations.AddConstraint(
            model_name='slaaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('act', 'team'), ('team__isnull', False)), models.Q(models.Q(('act', 'team'), _negated=True), ('team__isnull', True)), _connector='OR'), name='incidents_slaaction_team', violation_error_message='Choose the team that gets the ticket, or another action.'),
        ),
        migrations.AddConstraint(
            model_name='slaaction',
            constraint=models.UniqueConstraint(fields=('target', 'percent', 'act', 'policy', 'team'), name='incidents_slaaction_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from__gte', django.db.models.functions.datetime.TruncMinute('created_at')), ('origin', 'case'), _connector='OR'), name='incidents_slaversion_not_backdated'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'demo', 'case']), models.Q(('created_at__gte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '-', models.Value(datetime.timedelta(seconds=60)))), ('created_at__lte', django.db.models.expressions.CombinedExpression(models.F('recorded_at'), '+', models.Value(datetime.timedelta(seconds=60))))), _connector='OR'), name='incidents_slaversion_created_now'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from', django.db.models.functions.datetime.TruncMinute('effective_from'))), name='incidents_slaversion_minute'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__lt', models.F('effective_from')), _connector='OR'), name='incidents_slaversion_withdrawn_early'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('goal_minutes__gte', 1), ('goal_minutes__lte', 129600)), name='incidents_slaversion_goal'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='incidents_slaversion_position'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('origin', 'case'), _negated=True)), fields=('target', 'effective_from'), name='incidents_slaversion_moment', violation_error_message='Another version of this target takes effect at the same moment.'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['all', 'new'])), name='incidents_slaversion_scope'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('start__in', ['opened', 'impact', 'alerted', 'restored', 'vendor'])), name='incidents_slaversion_start'),
        ),
        migrations.AddConstraint(
            model_name='slatargetversion',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['edit', 'import', 'demo', 'case'])), name='incidents_slaversion_origin'),
        ),
        migrations.AddIndex(
            model_name='slacycle',
            index=models.Index(condition=models.Q(('decided_at__isnull', False)), fields=['decided_at', 'kind', 'metric', 'is_kept'], include=('service', 'owner', 'team', 'category', 'breach_holds', 'source', 'ticket', 'cycle'), name='incidents_slacycle_report'),
        ),
        migrations.AddIndex(
            model_name='slacycle',
            index=models.Index(condition=models.Q(('state__in', ['running', 'paused'])), fields=['version'], name='incidents_slacycle_open'),
        ),
        migrations.AddConstraint(
            model_name='slacycle',
            constraint=models.UniqueConstraint(fields=('ticket', 'kind', 'metric', 'team', 'cycle'), name='incidents_slacycle_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='slacycle',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'paused', 'met', 'breached', 'cancelled'])), name='incidents_slacycle_state'),
        ),
        migrations.AddConstraint(
            model_name='slacycle',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sla', 'ola', 'underpinning'])), name='incidents_slacycle_kind'),
        ),
        migrations.AddConstraint(
            model_name='slacycle',
            constraint=models.CheckConstraint(condition=models.Q(('metric__in', ['acknowledge', 'first_response', 'first_update', 'next_update', 'restore', 'fulfil', 'prevent'])), name='incidents_slacycle_metric'),
        ),
        migrations.AddConstraint(
            model_name='slacycle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('is_kept__isnull', True)), models.Q(('decided_at__isnull', False), ('is_kept__isnull', False)), _connector='OR'), name='incidents_slacycle_decided'),
        ),
        migrations.AddIndex(
            model_name='slabreach',
            index=models.Index(fields=['breached_at'], name='incidents_slabreach_at'),
        ),
        migrations.AddConstraint(
            model_name='slabreach',
            constraint=models.UniqueConstraint(fields=('ticket', 'kind', 'metric', 'team', 'cycle'), name='incidents_slabreach_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='slabreach',
            constraint=models.CheckConstraint(condition=models.Q(('breached_at', django.db.models.functions.datetime.TruncMinute('breached_at'))), name='incidents_slabreach_minute'),
        ),
        migrations.AddConstraint(
            model_name='slabreach',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('goal_minutes__isnull', False), ('version__isnull', False)), models.Q(('source', ''), _negated=True), _connector='OR'), name='incidents_slabreach_of_version'),
        ),
        migrations.AddConstraint(
            model_name='slawaiver',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'approved', 'declined'])), name='incidents_slawaiver_status'),
        ),
        migrations.AddConstraint(
            model_name='slawaiver',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='incidents_slawaiver_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='slawaiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'asked')), models.Q(models.Q(('status', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='incidents_slawaiver_decided_by'),
        ),
        migrations.AddConstraint(
            model_name='slawaiver',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='incidents_slawaiver_second_person'),
        ),
        migrations.AddConstraint(
            model_name='slawaiver',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'declined'), _negated=True), fields=('breach',), name='incidents_slawaiver_once'),
        ),
        migrations.AddConstraint(
            model_name='slawarning',
            constraint=models.UniqueConstraint(fields=('ticket', 'kind', 'metric', 'team', 'cycle', 'percent', 'goal_minutes'), name='incidents_slawarning_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='slawarning',
            constraint=models.CheckConstraint(condition=models.Q(('warned_at', django.db.models.functions.datetime.TruncMinute('warned_at'))), name='incidents_slawarning_minute'),
        ),
        *(_append_only(table, columns) for table, columns in WRITTEN_ONCE),
        migrations.RunSQL(
            "CREATE TRIGGER fill_once BEFORE UPDATE ON incidents_slatargetversion"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_fill_once('withdrawn_at', 'withdrawn_by_id');",
            "DROP TRIGGER fill_once ON incidents_slatargetversion;",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER note_change BEFORE UPDATE ON incidents_slatarget"
            " FOR EACH ROW EXECUTE FUNCTION holdfast_note_change('updated_at');",
            "DROP TRIGGER note_change ON incidents_slatarget;",
        ),
    ]
