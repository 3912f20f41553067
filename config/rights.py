"""What roles may do in the administration: one table, and the groups and permissions made of it at `post_migrate`."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, transaction

from config.base.data.roles import Role

NONE: tuple[str, ...] = ()
VIEW = ("view",)
CHANGE = ("change", "view")
EDIT = ("add", "change", "view")
ALL = ("add", "change", "delete", "view")

COLUMNS = (Role.ADMINISTRATOR, Role.PRACTICE)
RIGHTS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "oncall": {
        "absence": (VIEW, VIEW),
        "apitoken": (CHANGE, NONE),
        "calendar": (ALL, ALL),
        "calendardate": (VIEW, VIEW),
        "contactmethod": (ALL, NONE),
        "deactivation": (VIEW, VIEW),
        "enginelane": (VIEW, NONE),
        "engineschema": (VIEW, NONE),
        "escalation": (VIEW, VIEW),
        "escalationentry": (VIEW, VIEW),
        "escalationpolicy": (ALL, ALL),
        "escalationstep": (ALL, ALL),
        "escalationtarget": (ALL, ALL),
        "feedevent": (VIEW, NONE),
        "feedtoken": (VIEW, NONE),
        "handoffnote": (VIEW, VIEW),
        "idempotentrequest": (VIEW, NONE),
        "layer": (VIEW, VIEW),
        "layermember": (VIEW, VIEW),
        "membership": (ALL, VIEW),
        "notice": (VIEW, VIEW),
        "notificationrule": (ALL, NONE),
        "obligation": (VIEW, VIEW),
        "obligationrule": (EDIT, EDIT),
        "override": (VIEW, VIEW),
        "overrideperson": (VIEW, VIEW),
        "page": (CHANGE, VIEW),
        "reminder": (VIEW, VIEW),
        "rulereminder": (ALL, ALL),
        "savedview": (VIEW, NONE),
        "schedule": (ALL, VIEW),
        "scheduleversion": (VIEW, VIEW),
        "swapoffer": (VIEW, VIEW),
        "swaprequest": (VIEW, VIEW),
        "team": (ALL, VIEW),
        "user": (EDIT, VIEW),
        "workinterval": (VIEW, VIEW),
    },
    "incidents": {
        "actionitem": (VIEW, VIEW),
        "alert": (VIEW, VIEW),
        "component": (ALL, ALL),
        "contact": (ALL, VIEW),
        "customerupdate": (VIEW, VIEW),
        "event": (VIEW, VIEW),
        "incident": (VIEW, VIEW),
        "integration": (ALL, VIEW),
        "maintenanceupdate": (VIEW, VIEW),
        "messagetemplate": (ALL, ALL),
        "preventionwaiver": (VIEW, VIEW),
        "priorityrule": (VIEW, ALL),
        "publicincident": (VIEW, VIEW),
        "response": (VIEW, VIEW),
        "scheduledmaintenance": (VIEW, VIEW),
        "service": (ALL, ALL),
        "servicedependency": (ALL, ALL),
        "serviceownership": (VIEW, VIEW),
        "severity": (VIEW, ALL),
        "statuspage": (ALL, ALL),
        "subscriber": (VIEW, NONE),
        "ticket": (VIEW, VIEW),
        "ticketlink": (VIEW, VIEW),
        "timelineentry": (VIEW, VIEW),
        "updatedelivery": (VIEW, NONE),
    },
    "problems": {
        "factor": (VIEW, VIEW),
        "knownerror": (VIEW, VIEW),
        "knownerroruse": (VIEW, VIEW),
        "problem": (VIEW, VIEW),
    },
    "postmortems": {
        "postmortem": (VIEW, VIEW),
        "postmortemcomment": (VIEW, VIEW),
        "postmortemrevision": (VIEW, VIEW),
        "postmortemsection": (VIEW, VIEW),
        "review": (VIEW, VIEW),
        "seat": (VIEW, VIEW),
        "template": (VIEW, ALL),
    },
}
"""By app and model: what each role of `COLUMNS` may do. The other roles do nothing in the administration.

Accounts are closed and rules switched off, not deleted; a page is changed by sending it again or discarding it.
"""


def codes_of(role: Role) -> set[tuple[str, str]]:
    """The role's permissions, as app and codename."""
    if role not in COLUMNS:
        return set()
    column = COLUMNS.index(role)
    return {
        (app, f"{verb}_{model}")
        for app, models in RIGHTS.items()
        for model, verbs in models.items()
        for verb in verbs[column]
    }


def sync_rights(*, apps: Apps = installed_apps, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make the missing groups, and give them the permissions they lack; nothing is taken from anybody.

    It runs once a `migrate`, after the permissions of our apps were made. Part-way through the migrations some
    models and their permissions do not exist yet; the next run grants them.
    """
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    with transaction.atomic(using=using):
        groups = group_model.objects.using(using)
        present = set(groups.values_list("name", flat=True))
        groups.bulk_create(group_model(name=role.value) for role in Role if role.value not in present)
        ids = dict(groups.values_list("name", "pk"))
        rows = permission_model.objects.using(using).filter(content_type__app_label__in=RIGHTS)
        permissions = {
            (app, code): pk for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk")
        }
        grant_model = group_model.permissions.through
        grants = grant_model.objects.using(using)
        granted = set(grants.values_list("group_id", "permission_id"))
        rights = [
            (ids[role.value], permissions[code])
            for role in COLUMNS
            for code in sorted(codes_of(role) & permissions.keys())
        ]
        grants.bulk_create(
            [
                grant_model(group_id=group, permission_id=permission)
                for group, permission in rights
                if (group, permission) not in granted
            ],
            ignore_conflicts=True,  # another `migrate` may run beside this one
        )
