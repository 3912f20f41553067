"""What customers are told: status page, parts, templates, updates, subscribers and mails."""

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
import config.base.data.models
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import incidents.models.customers.updates
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


EDIT = ("add", "change", "delete", "view")
READ = ("view",)
CONFIGURATION = ("statuspage", "component", "messagetemplate")
RECORDS = ("publicincident", "customerupdate", "subscriber", "updatedelivery")
TEMPLATES = [
    ("Investigating", "investigating", "Since {start} some {audience} see {symptom} in {components}. We are looking into it. Not affected: {unaffected}. Next update by {next}."),
    ("Identified", "identified", "We know why {symptom} happens and are working on {mitigation}. You can meanwhile: {workaround}. Next update by {next}."),
    ("Update without news", "investigating", "We are still working on {components} and have nothing new to tell yet. Next update by {next}."),
    ("Long incident", "identified", "This takes longer than we hoped. {mitigation} goes on. We write less often now, but we do: next update by {next}."),
    ("Monitoring", "monitoring", "A fix is in place since {time}. {components} should work again; we keep watching until {until}. Look here if you still see {symptom}: {link}. Next update by {next}."),
    ("Resolved", "resolved", "{components} works normally since {restored}. It was affected for {duration}. Data: {data_statement}. {postmortem_sentence}"),
    ("Wrong alarm", "resolved", "We looked into a report about {components}: it works, and it did all along. Sorry for the noise."),
]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    template = apps.get_model("incidents", "MessageTemplate")
    template.objects.bulk_create([template(title=title, phase=phase, body=body) for title, phase, body in TEMPLATES])


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("incidents"), verbosity=0, apps=apps)
    rights = {
        "Administrator": dict.fromkeys(CONFIGURATION, EDIT) | dict.fromkeys(RECORDS, READ),
        "Practice owner": dict.fromkeys(CONFIGURATION, EDIT) | dict.fromkeys(RECORDS[:2], READ),
    }
    for role, models_of in rights.items():
        codes = [f"{deed}_{model}" for model, deeds in models_of.items() for deed in deeds]
        apps.get_model("auth", "Group").objects.get(name=role).permissions.add(
            *apps.get_model("auth", "Permission").objects.filter(content_type__app_label="incidents", codename__in=codes)
        )


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ("incidents", "0006_add_postmortem_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('name', config.base.data.models.OneLineField(help_text='The firm or product, as customers call it.', max_length=80, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('time_zone', models.CharField(default='UTC', help_text='As Europe/Berlin; times on the page.', max_length=60)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
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
                ('service', models.ForeignKey(blank=True, help_text='Proposes this part when the service is in trouble. The public never sees it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='components', to='incidents.service')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='components', to='incidents.statuspage')),
            ],
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
            name='HistoricalStatusPage',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('public_id', models.CharField(db_index=True, default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16)),
                ('name', config.base.data.models.OneLineField(db_index=True, help_text='The firm or product, as customers call it.', max_length=80)),
                ('slug', models.SlugField(max_length=80)),
                ('time_zone', models.CharField(default='UTC', help_text='As Europe/Berlin; times on the page.', max_length=60)),
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
                ('next_update_at', models.DateTimeField(blank=True, help_text='When customers were told to look again.', null=True)),
                ('components', models.ManyToManyField(blank=True, related_name='incidents', to='incidents.component')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='public_incidents', to='incidents.ticket')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='incidents.statuspage')),
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
                ('affected', models.JSONField(default=list, help_text='Parts with old and new status, by public id.')),
                ('next_update_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField()),
                ('fanned_out_at', models.DateTimeField(blank=True, help_text='When every subscriber had a delivery row.', null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='incidents.publicincident')),
            ],
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
                ('service', models.ForeignKey(blank=True, db_constraint=False, help_text='Proposes this part when the service is in trouble. The public never sees it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.service')),
                ('page', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.statuspage')),
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
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Stands in the signed links.', unique=True)),
                ('email', models.EmailField(max_length=254)),
                ('asked', models.JSONField(blank=True, default=list, help_text='Parts asked for last; they count once confirmed.')),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('components', models.ManyToManyField(blank=True, related_name='subscribers', to='incidents.component')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='incidents.statuspage')),
            ],
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
                ('subscriber', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.subscriber')),
                ('update', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.customerupdate')),
            ],
            options={
                'verbose_name_plural': 'update deliveries',
                'abstract': False,
            },
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
        migrations.RunPython(fill, keep),
        migrations.RunPython(grant, keep),
    ]
