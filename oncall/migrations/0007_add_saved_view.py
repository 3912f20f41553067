"""Names for the states of lists, and the right of administrators to look at them."""

import config.base.data.models
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
    permission = apps.get_model("auth", "Permission").objects.get(codename="view_savedview")
    for group in apps.get_model("auth", "Group").objects.filter(name="Administrator"):
        group.permissions.add(permission)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed it since, so it stays."""


class Migration(migrations.Migration):

    dependencies = [
        ('oncall', '0006_add_idempotent_request'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', config.base.data.models.OneLineField(max_length=60)),
                ('path', models.CharField(help_text="The list's address, as /incidents/.", max_length=200)),
                ('query', models.CharField(help_text='What comes after the question mark.', max_length=2000)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text="Among the owner's views of the same list.")),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='oncall.team')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', False), ('team__isnull', True)), models.Q(('owner__isnull', True), ('team__isnull', False)), _connector='OR'), name='oncall_savedview_of_one'), models.CheckConstraint(condition=models.Q(models.Q(('query', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='oncall_savedview_says_something'), models.UniqueConstraint(fields=('owner', 'path', 'name'), name='oncall_savedview_once'), models.UniqueConstraint(fields=('team', 'path', 'name'), name='oncall_savedview_once_a_team')],
            },
        ),
        migrations.RunPython(grant, keep),
    ]
