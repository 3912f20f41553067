"""Who is proposed for a shift, in which order, and with which words (R-O4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from oncall.cover.candidates import Proposal, propose
from oncall.load import figures
from oncall.models import Layer, LayerMember, Membership, ScheduleVersion, User
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def team() -> Any:
    return make.TeamFactory()


def person(team: Any, name: str, **fields: Any) -> User:
    found: User = make.UserFactory(name=name, **fields)
    make.MembershipFactory(team=team, user=found)
    return found


class TestProposal:
    @pytest.fixture(autouse=True)
    def _cast(self, team: Any) -> None:
        self.at = timezone.now()
        self.anchor = floor_minute(self.at) - HOUR
        self.ana, self.ben, self.cleo = (person(team, name) for name in ("Ana", "Ben", "Cleo"))
        self.schedule = make.weekly_schedule(
            self.ana, self.ben, team=team, anchor=f"{self.anchor:%Y-%m-%dT%H:%M}", name="Shop"
        )

    def propose(self, start: timedelta = 2 * DAY, length: timedelta = 4 * HOUR) -> Proposal:
        starts_at = self.anchor + start
        return propose(
            schedule=self.schedule, out=self.ana, starts_at=starts_at, ends_at=starts_at + length, at=self.at
        )

    def names(self, found: Proposal) -> list[str]:
        return [one.user.name for one in found.candidates]

    def test_puts_first_who_owes_most(self) -> None:
        """R-Q1: the share goes by the part of full time; who has no place in the rotation owes nothing."""
        dan = person(self.schedule.team, "Dan")
        self.schedule = make.weekly_schedule(
            self.ana, self.ben, dan, team=self.schedule.team, anchor=f"{self.anchor:%Y-%m-%dT%H:%M}", name="Till"
        )
        Membership.objects.filter(user=self.ben).update(fte=Decimal("0.5"))

        dan_first = self.propose()

        assert self.names(dan_first) == ["Dan", "Cleo", "Ben"]
        assert [one.reason for one in dan_first.candidates] == [
            "Stood by 672 h in the last 12 weeks, 134 h less than a fair share.",
            "Stood by 0 h in the last 12 weeks, without a place in the rotation: no share is asked of them.",
            "Stood by 672 h in the last 12 weeks, 269 h more than a fair share for their part of full time.",
        ]

    def test_weighs_as_the_load_of_the_schedule_does(self) -> None:
        Membership.objects.filter(user=self.ben).update(fte=Decimal("0.5"))
        until = self.at.date() - DAY
        report = figures.shown(
            team=self.schedule.team, schedule=self.schedule, first_day=until - 83 * DAY, last_day=until,
            viewer=make.UserFactory(roles=[Role.ADMINISTRATOR]), at=self.at,
        )  # fmt: skip

        [of_load] = [one for one in report.people if one.user == self.ben]
        [ben] = [one for one in self.propose().candidates if one.user == self.ben]

        # One counts whole days, the other up to now.
        assert abs(ben.deficit - of_load.below) < 24 * 60

    def test_tells_of_less_than_the_whole_time_in_the_rotation(self) -> None:
        since = floor_minute(self.at) - 21 * DAY
        version = ScheduleVersion.objects.create(
            schedule=self.schedule, created_at=since, effective_from=since, time_zone="UTC", origin="case"
        )
        layer = Layer.objects.create(version=version, anchor=f"{self.anchor:%Y-%m-%dT%H:%M}", unit="week", slots=2)
        for slot, one in enumerate((self.ana, self.cleo)):
            LayerMember.objects.create(layer=layer, slot=slot, user=one)

        [cleo] = [one for one in self.propose().candidates if one.user == self.cleo]

        assert "fair share for 25 % of the time in the rotation." in cleo.reason

    def test_leaves_out_who_would_not_rest(self) -> None:
        """Ben's week begins when Ana's ends: the last hours of hers would give him no rest before it."""
        found = self.propose(start=7 * DAY - 12 * HOUR)

        assert self.names(found) == ["Cleo"]
        assert found.left_out[0].reason.startswith("Would have less than 11 h of rest: stands by on Shop from")

    def test_takes_the_hours_of_rest_from_the_settings(self, settings: Any) -> None:
        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Ben", "Cleo"]
        settings.ONCALL_REST_HOURS = 13

        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Cleo"]

    def test_leaves_out_who_is_on_call_elsewhere(self) -> None:
        make.weekly_schedule(self.cleo, name="Other")

        found = self.propose()

        assert [one.reason for one in found.left_out] == ["Is on call on Other at that time."]

    def test_puts_last_who_is_on_leave_and_says_so(self) -> None:
        starts_at = self.anchor + 2 * DAY
        make.AbsenceFactory(user=self.cleo, starts_at=starts_at, ends_at=starts_at + DAY)

        found = self.propose()

        assert [(one.user.name, one.is_absent) for one in found.candidates] == [("Ben", False), ("Cleo", True)]

    def test_knows_only_active_responders_of_the_team(self, team: Any) -> None:
        person(team, "Gone", is_active=False)
        make.MembershipFactory(team=team, role="observer")
        make.UserFactory(name="Stranger")

        assert set(self.names(self.propose())) == {"Ben", "Cleo"}
