"""Who is proposed for a shift, in which order, and with which reasons (R-O4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from oncall.cover.candidates import Proposal, propose_candidates
from oncall.load import figures
from oncall.models import Layer, LayerMember, Membership, ScheduleVersion, User
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def team() -> Any:
    return make.TeamFactory()


def person(team: Any, name: str, **fields: Any) -> User:
    user: User = make.UserFactory(name=name, **fields)
    make.MembershipFactory(team=team, user=user)
    return user


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
        return propose_candidates(
            schedule=self.schedule, out=self.ana, starts_at=starts_at, ends_at=starts_at + length, at=self.at
        )

    def names(self, proposal: Proposal) -> list[str]:
        return [candidate.user.name for candidate in proposal.candidates]

    def test_puts_the_largest_deficit_first(self) -> None:
        """R-Q1: the share depends on the part of full time; without a place in the rotation there is no share."""
        dan = person(self.schedule.team, "Dan")
        self.schedule = make.weekly_schedule(
            self.ana, self.ben, dan, team=self.schedule.team, anchor=f"{self.anchor:%Y-%m-%dT%H:%M}", name="Till"
        )
        Membership.objects.filter(user=self.ben).update(fte=Decimal("0.5"))

        dan_first = self.propose()

        assert self.names(dan_first) == ["Dan", "Cleo", "Ben"]
        assert [candidate.reason for candidate in dan_first.candidates] == [
            "On call for 672 h in the last 12 weeks, 134 h less than a fair share.",
            "On call for 0 h in the last 12 weeks, without a place in the rotation: no fair share applies.",
            "On call for 672 h in the last 12 weeks, 269 h more than a fair share for their part of full time.",
        ]

    def test_weighs_like_the_load_of_the_schedule(self) -> None:
        Membership.objects.filter(user=self.ben).update(fte=Decimal("0.5"))
        until = self.at.date() - DAY
        report = figures.visible_load(
            team=self.schedule.team, schedule=self.schedule, first_day=until - 83 * DAY, last_day=until,
            viewer=make.UserFactory(roles=[Role.ADMINISTRATOR]), at=self.at,
        )  # fmt: skip

        [of_load] = [line for line in report.people if line.user == self.ben]
        [ben] = [candidate for candidate in self.propose().candidates if candidate.user == self.ben]

        # One counts whole days, the other up to now.
        assert abs(ben.deficit - of_load.below) < 24 * 60

    def test_names_a_part_of_the_time_in_the_rotation(self) -> None:
        since = floor_minute(self.at) - 21 * DAY
        version = ScheduleVersion.objects.create(
            schedule=self.schedule, created_at=since, effective_from=since, time_zone="UTC", origin="case"
        )
        layer = Layer.objects.create(version=version, anchor=f"{self.anchor:%Y-%m-%dT%H:%M}", unit="week", slots=2)
        for slot, user in enumerate((self.ana, self.cleo)):
            LayerMember.objects.create(layer=layer, slot=slot, user=user)

        [cleo] = [candidate for candidate in self.propose().candidates if candidate.user == self.cleo]

        assert "fair share for 25 % of the time in the rotation." in cleo.reason

    def test_leaves_out_people_without_enough_rest(self) -> None:
        """Ben's week begins when Ana's ends: the last hours of hers would give him no rest before it."""
        proposal = self.propose(start=7 * DAY - 12 * HOUR)

        assert self.names(proposal) == ["Cleo"]
        assert proposal.left_out[0].reason.startswith("Would have less than 11 h of rest: is on call on Shop from")

    def test_takes_the_hours_of_rest_from_the_settings(self, settings: Any) -> None:
        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Ben", "Cleo"]
        settings.ONCALL_REST_HOURS = 13

        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Cleo"]

    def test_leaves_out_who_is_on_call_elsewhere(self) -> None:
        make.weekly_schedule(self.cleo, name="Other")

        proposal = self.propose()

        assert [candidate.reason for candidate in proposal.left_out] == ["Is on call on Other at that time."]

    def test_puts_people_with_time_off_last_and_says_so(self) -> None:
        starts_at = self.anchor + 2 * DAY
        make.AbsenceFactory(user=self.cleo, starts_at=starts_at, ends_at=starts_at + DAY)

        proposal = self.propose()

        assert [(candidate.user.name, candidate.is_absent) for candidate in proposal.candidates] == [
            ("Ben", False),
            ("Cleo", True),
        ]

    def test_has_only_active_responders_of_the_team(self, team: Any) -> None:
        person(team, "Gone", is_active=False)
        make.MembershipFactory(team=team, role="observer")
        make.UserFactory(name="Stranger")

        assert set(self.names(self.propose())) == {"Ben", "Cleo"}
