"""Priority and proposed severity, by the matrix of impact and urgency."""

import pytest

from incidents.tickets import priority
from tests.factories import PriorityRuleFactory, SeverityFactory

pytestmark = pytest.mark.django_db


class TestPropose:
    def test_takes_the_cell_of_the_matrix(self) -> None:
        severe, mild = SeverityFactory(rank=1), SeverityFactory(rank=4)
        PriorityRuleFactory(impact=1, urgency=2, priority=2, severity=severe)
        PriorityRuleFactory(impact=2, urgency=1, priority=4, severity=mild)

        assert priority.propose(impact=1, urgency=2) == priority.Proposal(2, severe)
        assert priority.propose(impact=2, urgency=1) == priority.Proposal(4, mild)

    @pytest.mark.parametrize(("impact", "urgency"), [(None, None), (2, None), (None, 2)])
    def test_counts_an_unknown_level_as_medium(self, impact: int | None, urgency: int | None) -> None:
        rule = PriorityRuleFactory(impact=2, urgency=2, priority=3, severity=SeverityFactory(rank=3))

        assert priority.propose(impact=impact, urgency=urgency) == priority.Proposal(3, rule.severity)

    @pytest.mark.parametrize(("impact", "urgency", "expected"), [(1, 1, 1), (1, 3, 3), (3, 3, 5)])
    def test_takes_the_sum_and_the_mildest_severity_without_a_cell(
        self, impact: int, urgency: int, expected: int
    ) -> None:
        SeverityFactory(rank=1)
        mildest = SeverityFactory(rank=4)

        assert priority.propose(impact=impact, urgency=urgency) == priority.Proposal(expected, mildest)
