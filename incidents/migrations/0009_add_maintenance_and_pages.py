"""Planned work customers are told of, more than one status page, and updates that are not mailed or taken back."""

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
import uuid

import config.base.data.models
import django.db.models.deletion
import incidents.models.customers.updates
from django.conf import settings
from django.db import migrations, models


READ = ("view_scheduledmaintenance", "view_maintenanceupdate")


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("incidents"), verbosity=0, apps=apps)
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="incidents", codename__in=READ)
    for role in ("Administrator", "Practice owner"):
        apps.get_model("auth", "Group").objects.get(name=role).permissions.add(*found)


def choose_default(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The oldest page answers at /status/, as it did."""
    pages = apps.get_model("incidents", "StatusPage").objects
    oldest = pages.order_by("pk").first()
    if oldest is not None:
        pages.filter(pk=oldest.pk).update(is_default=True)


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0008_prevention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MaintenanceUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=incidents.models.customers.updates.new_public_id, editable=False, max_length=16, unique=True)),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('in_progress', 'In progress'), ('verifying', 'Verifying'), ('completed', 'Completed')], max_length=12)),
                ('body', models.TextField()),
                ('affected', models.JSONField(default=list, help_text='Parts with old and new status, by public id.')),
                ('is_mailed', models.BooleanField(default=True, verbose_name='goes to subscribers')),
                ('published_at', models.DateTimeField()),
                ('fanned_out_at', models.DateTimeField(blank=True, help_text='When every subscriber had a delivery row.', null=True)),
            ],
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
                ('turn_at', models.DateTimeField(blank=True, help_text='When it next reminds, begins or ends by itself.', null=True)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='customerupdate',
            name='is_mailed',
            field=models.BooleanField(default=True, verbose_name='goes to subscribers'),
        ),
        migrations.AddField(
            model_name='customerupdate',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='Taken back: shown and mailed no more.', null=True),
        ),
        migrations.AddField(
            model_name='historicalstatuspage',
            name='is_default',
            field=models.BooleanField(default=False, verbose_name='answers at /status/'),
        ),
        migrations.AddField(
            model_name='statuspage',
            name='is_default',
            field=models.BooleanField(default=False, verbose_name='answers at /status/'),
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
            model_name='maintenanceupdate',
            name='author',
            field=models.ForeignKey(blank=True, help_text='Nobody: it came by itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='updatedelivery',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='incidents.maintenanceupdate'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.UniqueConstraint(condition=models.Q(('notice__isnull', False)), fields=('notice', 'subscriber'), name='incidents_delivery_of_notice_once'),
        ),
        migrations.AddConstraint(
            model_name='updatedelivery',
            constraint=models.CheckConstraint(condition=models.Q(('update__isnull', True), ('notice__isnull', True), _connector='OR'), name='incidents_delivery_says_one_thing'),
        ),
        migrations.AddField(
            model_name='scheduledmaintenance',
            name='components',
            field=models.ManyToManyField(blank=True, related_name='maintenances', to='incidents.component'),
        ),
        migrations.AddField(
            model_name='scheduledmaintenance',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scheduledmaintenance',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='maintenances', to='incidents.statuspage'),
        ),
        migrations.AddField(
            model_name='maintenanceupdate',
            name='maintenance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='incidents.scheduledmaintenance'),
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
        migrations.RunPython(grant, migrations.RunPython.noop),
        migrations.RunPython(choose_default, migrations.RunPython.noop),
    ]
