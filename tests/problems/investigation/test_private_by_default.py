"""A problem that is opened for a team whose tickets are private by default is private."""

import pytest

from problems.investigation import lifecycle
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class TestOpenProblem:
    @pytest.mark.parametrize("is_private", [True, False])
    def test_is_private_if_its_team_is_so_by_default(self, is_private: bool) -> None:
        team = make.TeamFactory(name="People", is_private_by_default=is_private)

        problem = lifecycle.open_problem(title="x", team=team, severity=make.SeverityFactory(), at=NOON)

        assert problem.visibility == ("private" if is_private else "open")
        assert problem.visibility_reason == ("Tickets of People are private by default" if is_private else "")
