"""The groups that stand for roles, and the row that says which engine may run."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ["Service desk agent", "Responder", "Incident commander", "Manager", "Practice owner", "Administrator"]


def make_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    apps.get_model("oncall", "EngineSchema").objects.get_or_create(pk=1, defaults={"version": 1})


def keep_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """People may hang on the groups by now, so they stay."""


class Migration(migrations.Migration):
    dependencies = [("oncall", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make_rows, keep_rows)]
