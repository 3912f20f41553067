"""Who is proposed for a shift, in which order, and with which words (R-O4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.base.clock import floor_minute
from oncall.candidates import Proposal, propose
from oncall.models import User
from tests import factories as make
from tests import factories_changes as moved

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

    def test_puts_first_who_stood_by_least(self) -> None:
        found = self.propose()

        assert self.names(found) == ["Cleo", "Ben"]
        assert found.candidates[0].reason.startswith("Stood by 0 h in the last 12 weeks, ")
        assert found.candidates[0].reason.endswith(" h less than an even share.")
        assert found.candidates[1].reason.endswith(" h more than an even share.")

    def test_leaves_out_who_would_not_rest(self) -> None:
        """Ben's week begins when Ana's ends: the last hours of hers would give him no rest before it."""
        found = self.propose(start=7 * DAY - 12 * HOUR)

        assert self.names(found) == ["Cleo"]
        assert found.left_out[0].reason.startswith("Would have less than 11 h of rest: stands by on Shop from")

    def test_takes_the_hours_of_rest_from_the_settings(self, settings: Any) -> None:
        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Cleo", "Ben"]
        settings.ONCALL_REST_HOURS = 13

        assert self.names(self.propose(start=7 * DAY - 16 * HOUR)) == ["Cleo"]

    def test_leaves_out_who_is_on_call_elsewhere(self) -> None:
        make.weekly_schedule(self.cleo, name="Other")

        found = self.propose()

        assert [one.reason for one in found.left_out] == ["Is on call on Other at that time."]

    def test_puts_last_who_is_on_leave_and_says_so(self) -> None:
        starts_at = self.anchor + 2 * DAY
        moved.AbsenceFactory(user=self.cleo, starts_at=starts_at, ends_at=starts_at + DAY)

        found = self.propose()

        assert [(one.user.name, one.is_absent) for one in found.candidates] == [("Ben", False), ("Cleo", True)]

    def test_knows_only_active_responders_of_the_team(self, team: Any) -> None:
        person(team, "Gone", is_active=False)
        make.MembershipFactory(team=team, role="observer")
        make.UserFactory(name="Stranger")

        assert self.names(self.propose()) == ["Cleo", "Ben"]
