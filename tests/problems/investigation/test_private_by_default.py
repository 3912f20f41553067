"""A problem is private if its team or category is so by default, also one that gets such a category later."""

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


class TestEdit:
    def test_to_such_a_category_makes_it_private(self) -> None:
        make.CategoryFactory(name="Payroll", is_private=True)
        problem = make.ProblemFactory()

        lifecycle.edit(problem_id=problem.pk, changes={"category": "Payroll"}, actor=make.UserFactory(), at=NOON)

        problem.refresh_from_db()
        assert problem.visibility_reason == "Tickets about Payroll are private by default"
