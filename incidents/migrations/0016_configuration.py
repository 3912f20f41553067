"""What configuration needs to be kept by people and by other systems: ids of theirs, retirement, more histories.

Severities get a position, because their order was a unique number to guess, and say themselves whether they need a
postmortem, which major ones and those with prevention did.
"""

import config.base.data.models
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


FILL = """
UPDATE incidents_severity SET position = rank, needs_postmortem = is_major OR needs_prevention;
UPDATE incidents_historicalseverity SET position = rank, needs_postmortem = is_major OR needs_prevention;
"""


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0015_cadence_targets'),
        ('oncall', '0014_configuration'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalServiceDependency',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical service dependency',
                'verbose_name_plural': 'historical service dependencies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='component',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalcomponent',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalintegration',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalmessagetemplate',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalmessagetemplate',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='historicalservice',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalservice',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='examples',
            field=models.TextField(blank=True, db_default='', default='', help_text='One that is, and one that is not and what it is instead.'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='first_words',
            field=models.TextField(blank=True, db_default='', default='', help_text='What the form of the first update proposes; {placeholders} as in message templates.', verbose_name='first words to customers'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='needs_postmortem',
            field=models.BooleanField(db_default=False, default=False, help_text='Each incident of it gets one at restoration.', verbose_name='needs a postmortem'),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='position',
            field=models.PositiveSmallIntegerField(db_default=32767, default=32767, editable=False),
        ),
        migrations.AddField(
            model_name='historicalseverity',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='historicalslatarget',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalstatuspage',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='integration',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='messagetemplate',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='messagetemplate',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='service',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='service',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='severity',
            name='examples',
            field=models.TextField(blank=True, db_default='', default='', help_text='One that is, and one that is not and what it is instead.'),
        ),
        migrations.AddField(
            model_name='severity',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='severity',
            name='first_words',
            field=models.TextField(blank=True, db_default='', default='', help_text='What the form of the first update proposes; {placeholders} as in message templates.', verbose_name='first words to customers'),
        ),
        migrations.AddField(
            model_name='severity',
            name='needs_postmortem',
            field=models.BooleanField(db_default=False, default=False, help_text='Each incident of it gets one at restoration.', verbose_name='needs a postmortem'),
        ),
        migrations.AddField(
            model_name='severity',
            name='position',
            field=models.PositiveSmallIntegerField(db_default=32767, default=32767, editable=False),
        ),
        migrations.AddField(
            model_name='severity',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='slatarget',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='statuspage',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AlterField(
            model_name='historicalseverity',
            name='description',
            field=models.TextField(help_text='Something that anybody can count at night: customers, places, money, minutes.', verbose_name='choose it when'),
        ),
        migrations.AlterField(
            model_name='historicalseverity',
            name='postmortem_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity needs one.', verbose_name='days for the postmortem'),
        ),
        migrations.AlterField(
            model_name='historicalseverity',
            name='rank',
            field=models.PositiveSmallIntegerField(help_text='How bad it is, 1 is the worst: for colours, priorities and the words of senders.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='level'),
        ),
        migrations.AlterField(
            model_name='severity',
            name='description',
            field=models.TextField(help_text='Something that anybody can count at night: customers, places, money, minutes.', verbose_name='choose it when'),
        ),
        migrations.AlterField(
            model_name='severity',
            name='postmortem_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='From restoration until it must be approved, if the severity needs one.', verbose_name='days for the postmortem'),
        ),
        migrations.AlterField(
            model_name='severity',
            name='rank',
            field=models.PositiveSmallIntegerField(help_text='How bad it is, 1 is the worst: for colours, priorities and the words of senders.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='level'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_component_external_id'),
        ),
        migrations.AddConstraint(
            model_name='integration',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_integration_external_id'),
        ),
        migrations.AddConstraint(
            model_name='messagetemplate',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_messagetemplate_external_id'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_service_external_id'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_severity_external_id'),
        ),
        migrations.AddConstraint(
            model_name='severity',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('position',), name='incidents_severity_position'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_slatarget_external_id'),
        ),
        migrations.AddConstraint(
            model_name='statuspage',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='incidents_statuspage_external_id'),
        ),
        migrations.AddField(
            model_name='historicalservicedependency',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalservicedependency',
            name='needs',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service'),
        ),
        migrations.AddField(
            model_name='historicalservicedependency',
            name='service',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service'),
        ),
    ]
