"""Handoff notes; administrators and practice owners may read them."""

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
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="oncall", codename="view_handoffnote"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Practice owner"]):
        group.permissions.add(permission)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0010_swaps'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandoffNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(help_text='Markdown: what is open, what to watch, what can wait.', max_length=10000)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoff_notes', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoff_notes', to='oncall.schedule')),
            ],
            options={
                'indexes': [models.Index(fields=['schedule', '-at'], name='oncall_handoffnote_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='oncall_handoffnote_says_something', violation_error_message='Write what the next person should know.')],
            },
        ),
        migrations.RunPython(grant, keep),
    ]
