"""Administrators and practice owners may read problems in the administration."""

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; this one is needed now.
    create_permissions(live_apps.get_app_config("problems"), verbosity=0, apps=apps)
    permission = apps.get_model("auth", "Permission").objects.get(codename="view_problem")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Administrator", "Practice owner"]):
        group.permissions.add(permission)


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed it since, so it stays."""


class Migration(migrations.Migration):
    dependencies = [("problems", "0001_initial"), ("incidents", "0004_role_permissions")]
    operations = [migrations.RunPython(grant, keep)]
