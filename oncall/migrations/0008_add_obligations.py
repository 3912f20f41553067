"""Rules, obligations and reminders, and who may keep and read them in the administration."""

import config.base.data.models
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDIT = ("add", "change", "view")
# A rule that was used is switched off, not deleted; its reminders come and go with it.
RIGHTS = {
    "obligationrule": EDIT,
    "rulereminder": (*EDIT, "delete"),
    "obligation": ("view",),
    "reminder": ("view",),
}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("oncall"), verbosity=0, apps=apps)
    codes = [f"{deed}_{model}" for model, deeds in RIGHTS.items() for deed in deeds]
    rights = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="oncall", codename__in=codes)
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Practice owner"]):
        group.permissions.add(*rights)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0007_add_saved_view'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalObligationRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower is asked first; the first that fits.')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('kind', models.CharField(max_length=40, verbose_name='duty')),
                ('is_active', models.BooleanField(default=True, help_text='Switch it off instead of deleting it.', verbose_name='in use')),
                ('most_rank', models.PositiveSmallIntegerField(blank=True, help_text='1 is the worst. Empty: every severity.', null=True, verbose_name='severities up to rank')),
                ('most_tier', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most critical. Empty: every service.', null=True, verbose_name='services up to tier')),
                ('amount', models.PositiveIntegerField(blank=True, help_text='Empty: by the date that the record itself names.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='within')),
                ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days')], default='days', max_length=8)),
                ('owed_by', models.CharField(choices=[('record', 'The person the record names, else its team'), ('team', "The record's team"), ('manager', "A manager of the record's team"), ('person', 'The person chosen below')], default='record', max_length=8)),
                ('dismissed_by', models.CharField(choices=[('nobody', 'Nobody'), ('owner', 'Who owes it'), ('manager', 'A manager of the team'), ('practice', 'A practice owner')], default='manager', max_length=8)),
                ('dismissed_when', models.CharField(choices=[('any', 'At any time'), ('overdue', 'Only once it is overdue')], default='any', max_length=8)),
                ('needs_reason', models.BooleanField(default=True, verbose_name='needs a reason to be dismissed')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical obligation rule',
                'verbose_name_plural': 'historical obligation rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ObligationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower is asked first; the first that fits.')),
                ('name', config.base.data.models.OneLineField(max_length=80, unique=True)),
                ('kind', models.CharField(max_length=40, verbose_name='duty')),
                ('is_active', models.BooleanField(default=True, help_text='Switch it off instead of deleting it.', verbose_name='in use')),
                ('most_rank', models.PositiveSmallIntegerField(blank=True, help_text='1 is the worst. Empty: every severity.', null=True, verbose_name='severities up to rank')),
                ('most_tier', models.PositiveSmallIntegerField(blank=True, help_text='1 is the most critical. Empty: every service.', null=True, verbose_name='services up to tier')),
                ('amount', models.PositiveIntegerField(blank=True, help_text='Empty: by the date that the record itself names.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='within')),
                ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days')], default='days', max_length=8)),
                ('owed_by', models.CharField(choices=[('record', 'The person the record names, else its team'), ('team', "The record's team"), ('manager', "A manager of the record's team"), ('person', 'The person chosen below')], default='record', max_length=8)),
                ('dismissed_by', models.CharField(choices=[('nobody', 'Nobody'), ('owner', 'Who owes it'), ('manager', 'A manager of the team'), ('practice', 'A practice owner')], default='manager', max_length=8)),
                ('dismissed_when', models.CharField(choices=[('any', 'At any time'), ('overdue', 'Only once it is overdue')], default='any', max_length=8)),
                ('needs_reason', models.BooleanField(default=True, verbose_name='needs a reason to be dismissed')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('teams', models.ManyToManyField(blank=True, help_text='None: every team.', related_name='+', to='oncall.team')),
            ],
        ),
        migrations.CreateModel(
            name='Obligation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='duty')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('occurrence', models.CharField(blank=True, help_text='Which one, where a record owes several.', max_length=80)),
                ('title', config.base.data.models.OneLineField(max_length=300)),
                ('url', models.CharField(max_length=300)),
                ('due_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('dismissed', 'Dismissed'), ('withdrawn', 'No longer owed')], default='open', max_length=10)),
                ('round', models.PositiveSmallIntegerField(default=0, help_text="Counts new due times; part of reminders' keys.")),
                ('reminded_until', models.DateTimeField(help_text='Reminders up to this instant have been made.')),
                ('next_reminder_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, help_text='Why it was dismissed or put off.')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='oncall.team')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='oncall.obligationrule')),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalObligationRule_teams',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='oncall.historicalobligationrule')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team')),
                ('obligationrule', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.obligationrule')),
            ],
            options={
                'verbose_name': 'HistoricalObligationRule_teams',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
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
                ('whom', models.CharField(choices=[('owner', 'Who owes it'), ('manager', "The team's managers"), ('practice', 'The practice owners')], default='owner', max_length=8)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='oncall.obligationrule')),
            ],
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['minutes', 'hours', 'days'])), name='oncall_obligationrule_unit'),
        ),
        migrations.AddConstraint(
            model_name='obligationrule',
            constraint=models.CheckConstraint(condition=models.Q(('owed_by__in', ['record', 'team', 'manager', 'person'])), name='oncall_obligationrule_owed_by'),
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
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owed_by', 'person'), ('person__isnull', False)), models.Q(models.Q(('owed_by', 'person'), _negated=True), ('person__isnull', True)), _connector='OR'), name='oncall_obligationrule_person', violation_error_message='Choose a person exactly if one person owes it.'),
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
        migrations.RunPython(grant, keep),
    ]
