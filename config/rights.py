"""The table of rights as groups and permissions in the database: written after each `migrate`."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, transaction

from config.base.data import rights
from config.base.data.roles import Role

_ADDITIONS = "{role}: added rights"
_OF_DJANGO = ("add_", "change_", "delete_", "view_")


def sync_rights(*, apps: Apps = installed_apps, using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Make the permissions and groups of the table, and give each group exactly what the table says.

    The check reads the table; this copy is what the administration shows, and what groups of the customer's own
    choose from. What somebody gave to a group of the product moves, with its people, into a group beside it, so
    that nobody loses a right. Part-way through the migrations some models do not exist yet; the next run adds them.
    """
    try:
        _Sync(apps, using)
    except LookupError:  # no tables of groups yet
        return
    with transaction.atomic(using=using):
        _Sync(apps, using).run()


class _Sync:
    def __init__(self, apps: Apps, using: str) -> None:
        self._permissions = apps.get_model("auth", "Permission")._default_manager.using(using)
        self._types = apps.get_model("contenttypes", "ContentType")._default_manager.using(using)
        group_model = apps.get_model("auth", "Group")
        self._groups = group_model._default_manager.using(using)
        self._grants = group_model.permissions.through._default_manager.using(using)
        people: Any = group_model._meta.get_field("user").related_model
        self._members = people.groups.through._default_manager.using(using)

    def run(self) -> None:
        ids = self._permission_ids()
        missing = [code for code in rights.by_code() if code not in ids and not _is_of_django(code)]
        if missing and self._add_permissions(missing):
            ids = self._permission_ids()
        gone = [pk for code, pk in ids.items() if code not in rights.by_code() and not _is_of_django(code)]
        if gone:
            self._permissions.filter(pk__in=gone).delete()
        self._sync_groups(ids)

    def _permission_ids(self) -> dict[str, int]:
        rows = self._permissions.filter(content_type__app_label__in=_labels())
        return {f"{app}.{code}": pk for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk")}

    def _add_permissions(self, codes: list[str]) -> bool:
        rows = self._types.filter(app_label__in=_labels()).values_list("app_label", "model", "pk")
        types = {f"{app}.{model}": pk for app, model, pk in rows}
        lines = rights.by_code()
        new = [
            self._permissions.model(
                content_type_id=types[lines[code].model],
                codename=code.partition(".")[2],
                name=f"Can {lines[code].words}"[:255],
            )
            for code in codes
            if lines[code].model in types
        ]
        self._permissions.bulk_create(new, ignore_conflicts=True)  # another `migrate` may run beside this one
        return bool(new)

    def _sync_groups(self, ids: dict[str, int]) -> None:
        present = set(self._groups.values_list("name", flat=True))
        self._groups.bulk_create(
            [self._groups.model(name=role.value) for role in Role if role.value not in present], ignore_conflicts=True
        )
        groups = dict(self._groups.filter(name__in=Role.values).values_list("name", "pk"))
        granted: dict[int, set[int]] = {pk: set() for pk in groups.values()}
        for group, permission in self._grants.filter(group__in=granted).values_list("group_id", "permission_id"):
            granted[group].add(permission)
        for name, group in groups.items():
            by_table = {ids[code] for code in rights.codes_of(name) if code in ids}
            self._grant(group, by_table - granted[group])
            if added := granted[group] - by_table:
                self._move(name, group, added)

    def _grant(self, group: int, permissions: set[int]) -> None:
        self._grants.bulk_create(
            [self._grants.model(group_id=group, permission_id=pk) for pk in sorted(permissions)], ignore_conflicts=True
        )

    def _move(self, name: str, group: int, permissions: set[int]) -> None:
        """Move what somebody added into a group of its own, with the people who had it."""
        beside, _ = self._groups.get_or_create(name=_ADDITIONS.format(role=name))
        self._grant(beside.pk, permissions)
        self._members.bulk_create(
            [
                self._members.model(group_id=beside.pk, user_id=user)
                for user in self._members.filter(group=group).values_list("user_id", flat=True)
            ],
            ignore_conflicts=True,
        )
        self._grants.filter(group=group, permission__in=permissions).delete()


def _labels() -> set[str]:
    return {line.model.partition(".")[0] for line in rights.table()}


def _is_of_django(code: str) -> bool:
    return code.partition(".")[2].startswith(_OF_DJANGO)
