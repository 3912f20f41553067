"""What administrators and practice owners may do with the catalog, severities and intake in the administration."""

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDIT = ("add", "change", "delete", "view")
READ = ("view",)
RECORDS = dict.fromkeys(
    ("ticket", "incident", "response", "timelineentry", "alert", "event", "serviceownership"), READ
)
RIGHTS = {
    "Administrator": RECORDS | {
        "service": EDIT, "servicedependency": EDIT, "integration": EDIT, "contact": EDIT,
        "severity": READ, "priorityrule": READ,
    },
    "Practice owner": RECORDS | {
        "severity": EDIT, "priorityrule": EDIT, "service": EDIT, "servicedependency": EDIT,
        "integration": READ, "contact": READ,
    },
}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("incidents"), verbosity=0, apps=apps)
    for role, rights in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        codes = [f"{deed}_{model}" for model, deeds in rights.items() for deed in deeds]
        group.permissions.add(
            *apps.get_model("auth", "Permission").objects.filter(content_type__app_label="incidents", codename__in=codes)
        )


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_append_only_timeline"), ("oncall", "0004_role_permissions")]
    operations = [migrations.RunPython(grant, keep)]
