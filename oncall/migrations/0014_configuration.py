"""Ids of other systems, retirement and histories for teams, members, calendars and policies."""

import config.base.data.models
import django.core.validators
import django.db.models.deletion
import oncall.models.people
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('oncall', '0013_opening_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCalendar',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('country', models.CharField(blank=True, help_text='ISO 3166 code, such as DE; empty for your own days.', max_length=2)),
                ('subdivision', models.CharField(blank=True, help_text='Such as BE for Berlin; empty for the country.', max_length=12)),
                ('description', models.TextField(blank=True)),
                ('external_id', config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120)),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical calendar',
                'verbose_name_plural': 'historical calendars',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMembership',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('role', models.CharField(choices=[('manager', 'Manager'), ('responder', 'Responder'), ('observer', 'Observer')], default='responder', max_length=10)),
                ('fte', models.DecimalField(decimal_places=2, default=Decimal('1'), help_text='1 is full time, 0.5 is half. The fair share of on-call time depends on it.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0.1')), django.core.validators.MaxValueValidator(Decimal('1'))], verbose_name='part of full time')),
                ('trained_on', models.DateField(blank=True, help_text='Shadowed a shift, read the plan and took part in a drill.', null=True, verbose_name='trained for on-call on')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical membership',
                'verbose_name_plural': 'historical memberships',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTeam',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(db_index=True, max_length=80)),
                ('slug', models.SlugField(max_length=80)),
                ('kind', models.CharField(choices=[('central_it', 'Central IT'), ('service_desk', 'Service desk'), ('product', 'Product (DevOps)'), ('secops', 'SecOps'), ('architecture', 'Architecture'), ('vendor', 'Vendor')], default='product', max_length=20)),
                ('description', models.TextField(blank=True)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[oncall.models.people.validate_zone])),
                ('swaps_need_approval', models.BooleanField(default=False, help_text='A manager must approve each swap of a shift before it takes effect.')),
                ('external_id', config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120)),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical team',
                'verbose_name_plural': 'historical teams',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='calendar',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='escalationpolicy',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='escalationpolicy',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='historicalescalationpolicy',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='historicalescalationpolicy',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AddField(
            model_name='team',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddField(
            model_name='team',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired'),
        ),
        migrations.AlterField(
            model_name='calendar',
            name='external_id',
            field=config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='How another system knows it, such as a Terraform resource.', max_length=120),
        ),
        migrations.AddConstraint(
            model_name='escalationpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_policy_external_id'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='oncall_team_external_id'),
        ),
        migrations.AddField(
            model_name='historicalcalendar',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalmembership',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalmembership',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.team'),
        ),
        migrations.AddField(
            model_name='historicalmembership',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalteam',
            name='escalation_policy',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Who is paged when a ticket is assigned to this team.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='oncall.escalationpolicy'),
        ),
        migrations.AddField(
            model_name='historicalteam',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
