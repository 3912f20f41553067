"""Answers that are kept for a day, for programs that send a request again."""

import django.db.models.deletion
from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; this one is needed now.
    create_permissions(live_apps.get_app_config("oncall"), verbosity=0, apps=apps)
    permission = apps.get_model("auth", "Permission").objects.get(codename="view_idempotentrequest")
    for group in apps.get_model("auth", "Group").objects.filter(name="Administrator"):
        group.permissions.add(permission)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed it since, so it stays."""


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0005_add_when_a_lane_ended'),
    ]

    operations = [
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
            options={
                'indexes': [models.Index(fields=['created_at'], name='oncall_idempotent_age')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='oncall_idempotentrequest_once')],
            },
        ),
        migrations.RunPython(grant, keep),
    ]
