"""Concerns about accounts and teams: what a new installation needs first."""

import pytest

from config.base.data.clock import database_now
from config.base.data.roles import Role
from oncall.people import concerns
from tests import factories as make

pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    return [concern.text for concern in concerns.list_concerns(database_now())]


class TestAdministrators:
    def test_are_two_at_least(self) -> None:
        assert "Nobody can administer." in texts()

        make.UserFactory(name="Boss", is_staff=True, is_superuser=True)
        make.UserFactory(name="Gone", is_staff=True, is_superuser=True, is_active=False)
        make.UserFactory(name="Outside", roles=[Role.ADMINISTRATOR])  # without the administration
        assert "Only Boss can administer." in texts()

        make.UserFactory(is_staff=True, roles=[Role.ADMINISTRATOR])
        assert not [text for text in texts() if "administer." in text]

    def test_are_not_the_only_people(self) -> None:
        make.UserFactory(is_staff=True, is_superuser=True)
        assert "Nobody but the administrators has an account." in texts()

        make.UserFactory()
        assert "Nobody but the administrators has an account." not in texts()


class TestTeams:
    def test_are_needed(self) -> None:
        [concern] = [item for item in concerns.list_concerns(database_now()) if item.text == "There is no team."]

        assert concern.is_blocking

    def test_need_a_policy(self) -> None:
        make.TeamFactory(name="Without")
        make.TeamFactory(escalation_policy=make.PolicyFactory(team=make.TeamFactory(retired_at=database_now())))

        assert "1 team has no escalation policy." in texts()
