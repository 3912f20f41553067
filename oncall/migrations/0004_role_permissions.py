"""What administrators and practice owners may do with people, standby and paging in the administration."""

from django.apps import apps as live_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDIT = ("add", "change", "delete", "view")
READ = ("view",)
# Accounts are closed, not deleted; a page is changed by sending it again or discarding it.
RIGHTS = {
    "Administrator": {
        "user": ("add", "change", "view"), "team": EDIT, "membership": EDIT, "contactmethod": EDIT,
        "notificationrule": EDIT, "schedule": EDIT, "escalationpolicy": EDIT, "escalationstep": EDIT,
        "escalationtarget": EDIT, "apitoken": ("change", "view"), "page": ("change", "view"),
        "scheduleversion": READ, "layer": READ, "layermember": READ, "escalation": READ, "escalationentry": READ,
        "enginelane": READ, "engineschema": READ, "workinterval": READ,
    },
    "Practice owner": {
        "escalationpolicy": EDIT, "escalationstep": EDIT, "escalationtarget": EDIT, "user": READ, "team": READ,
        "membership": READ, "schedule": READ, "scheduleversion": READ, "layer": READ, "layermember": READ,
        "escalation": READ, "escalationentry": READ, "page": READ, "workinterval": READ,
    },
}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; these are needed now.
    create_permissions(live_apps.get_app_config("oncall"), verbosity=0, apps=apps)
    for role, rights in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        codes = [f"{deed}_{model}" for model, deeds in rights.items() for deed in deeds]
        group.permissions.add(
            *apps.get_model("auth", "Permission").objects.filter(content_type__app_label="oncall", codename__in=codes)
        )


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Somebody may have changed them since, so they stay."""


class Migration(migrations.Migration):
    dependencies = [("oncall", "0003_append_only_history"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(grant, keep)]
