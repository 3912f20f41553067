"""Requesters have a history and are found by name, mail and phone; open tickets are found by words of their title."""

import config.base.data.models
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0018_work_of_teams'),
        ('oncall', '0016_external_ids_of_members'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalContact',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=120)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', config.base.data.models.OneLineField(blank=True, max_length=40)),
                ('organisation', config.base.data.models.OneLineField(blank=True, max_length=120)),
                ('location', config.base.data.models.OneLineField(blank=True, db_default='', default='', help_text='Where the person works: a site, a building, a room.', max_length=120)),
                ('is_vip', models.BooleanField(db_default=False, default=False, help_text='Handle with care. Targets of SLAs may name this mark.', verbose_name='VIP')),
                ('origin', models.CharField(choices=[('edit', 'Entered'), ('import', 'Imported'), ('demo', 'Demo data'), ('case', 'Worked case')], default='edit', editable=False, max_length=10)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical requester',
                'verbose_name_plural': 'historical requesters',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='gin_trgm_ops'), name='incidents_contact_name_words'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('email'), name='gin_trgm_ops'), name='incidents_contact_mail_words'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.F('phone'), models.Value('\\(0\\)|[^0-9]'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), name='gin_trgm_ops'), name='incidents_contact_phone_digits'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('title', config='english'), condition=models.Q(('status__in', ('new', 'acknowledged', 'in_progress', 'on_hold', 'assessed', 'analysis', 'known_error', 'fix_in_progress'))), name='incidents_ticket_open_words'),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
