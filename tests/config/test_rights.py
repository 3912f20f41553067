"""Rights of roles: given where they are missing, and never taken away."""

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission

from config import rights
from config.base.data.roles import Role

pytestmark = pytest.mark.django_db


def held(role: Role) -> set[tuple[str, str]]:
    rows = Permission.objects.filter(group__name=role.value)
    return set(rows.values_list("content_type__app_label", "codename"))


class TestSyncRights:
    def test_makes_groups_and_grants(self) -> None:
        Group.objects.all().delete()

        rights.sync_rights()

        assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)
        assert held(Role.ADMINISTRATOR) == rights.codes_of(Role.ADMINISTRATOR)
        assert held(Role.AGENT) == set()

    def test_gives_back_what_is_missing_and_leaves_the_rest(self) -> None:
        rights.sync_rights()
        group = Group.objects.get(name=Role.PRACTICE)
        extra = Permission.objects.get(codename="delete_user")
        group.permissions.add(extra)
        group.permissions.remove(Permission.objects.get(codename="view_team"))

        rights.sync_rights()

        assert held(Role.PRACTICE) == rights.codes_of(Role.PRACTICE) | {("oncall", "delete_user")}

    def test_writes_nothing_the_second_time(self, django_assert_num_queries) -> None:
        rights.sync_rights()
        before = Group.permissions.through.objects.count()

        with django_assert_num_queries(6):  # a savepoint's two, groups twice, permissions, grants
            rights.sync_rights()

        assert Group.permissions.through.objects.count() == before

    def test_passes_over_models_that_are_not_there_yet(self) -> None:
        Permission.objects.filter(content_type__model="team").delete()

        rights.sync_rights()

        assert not [code for _, code in held(Role.ADMINISTRATOR) if code.endswith("_team")]

    def test_waits_for_the_tables_of_groups(self) -> None:
        Group.objects.all().delete()

        rights.sync_rights(apps=Apps())

        assert not Group.objects.exists()
