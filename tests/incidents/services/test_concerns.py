"""Concerns about services: who answers for them and who is paged."""

import pytest

from config.base.data.clock import database_now
from config.base.web.concerns import Concern
from incidents.services import concerns
from tests import factories as make

pytestmark = pytest.mark.django_db


def listed() -> dict[str, Concern]:
    return {concern.text: concern for concern in concerns.list_concerns(database_now())}


class TestServices:
    OWNER = "1 service has no owner: its team has no manager."
    POLICY = "1 service has no escalation policy, nor has its team."

    def test_are_needed(self) -> None:
        assert listed()["There is no service."].is_blocking

    def test_have_an_owner_whose_account_is_open(self) -> None:
        service = make.ServiceFactory(name="Store tills")
        make.MembershipFactory(team=service.team, role="manager", user__is_active=False)
        assert [record.name for record in listed()[self.OWNER].records] == ["Store tills"]

        make.MembershipFactory(team=service.team, role="manager")
        assert self.OWNER not in listed()

    def test_block_without_a_policy_where_a_severity_pages(self) -> None:
        make.ServiceFactory()
        assert not listed()[self.POLICY].is_blocking

        make.SeverityFactory(rank=1, pages=True)
        concern = listed()[self.POLICY]
        assert concern.is_blocking
        assert concern.effect == "SEV1 should page people; they reach only managers of the team."

    @pytest.mark.parametrize("at_team", [True, False])
    def test_have_a_policy_of_their_own_or_of_their_team(self, at_team: bool) -> None:
        policy = make.PolicyFactory()
        fields = {"team__escalation_policy" if at_team else "escalation_policy": policy}
        make.ServiceFactory(**fields)

        assert self.POLICY not in listed()

    def test_that_are_retired_are_left_out(self) -> None:
        make.ServiceFactory(retired_at=database_now())

        assert list(listed()) == ["There is no service."]
