"""The order of severities: by place, also when two administrators move them at once."""

import pytest
from django.utils import timezone

from incidents.models import Severity
from incidents.severities import order
from incidents.severities.changes import move_severity
from incidents.severities.order import Place
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    return make.UserFactory()


@pytest.fixture
def ranked() -> list[Severity]:
    return [make.SeverityFactory(rank=rank) for rank in (1, 2, 3, 4)]


def names(rows: list[Severity]) -> list[str]:
    return [row.name for row in rows]


class TestPlaces:
    def test_name_the_severity_above(self, ranked: list[Severity]) -> None:
        assert order.place_of(ranked[2], order.in_order()) == Place(ranked[1])
        assert order.place_of(ranked[0], order.in_order()) == Place(None)

    def test_of_a_new_severity_is_the_last(self, ranked: list[Severity]) -> None:
        assert order.place_of(Severity(name="new"), order.in_order()) == Place(ranked[3])

    def test_stay_right_when_the_others_move_meanwhile(self, ranked: list[Severity], lead: User) -> None:
        new = Severity(name="new")
        place = Place(ranked[1])
        move_severity(severity=ranked[1], steps=-1, at=timezone.now(), actor=lead)

        assert names(order.arranged(new, order.in_order(), place)) == ["SEV2", "new", "SEV1", "SEV3", "SEV4"]

    def test_below_a_severity_that_is_gone_are_the_last(self, ranked: list[Severity]) -> None:
        new = Severity(name="new")

        assert names(order.arranged(new, ranked, Place(Severity(pk=10**9))))[-1] == "new"


class TestLevels:
    def test_of_a_new_severity_between_two_is_that_of_the_one_above(self, ranked: list[Severity]) -> None:
        new = Severity(name="new")

        assert order.level_at(new, order.arranged(new, ranked, Place(ranked[1]))) == 2

    def test_of_a_new_severity_at_the_end_is_one_milder(self, ranked: list[Severity]) -> None:
        new = Severity(name="new")

        assert order.level_at(new, order.arranged(new, ranked, Place(ranked[3]))) == 5
        assert order.level_at(new, order.arranged(new, [], Place())) == 1

    def test_never_fall_along_the_order(self, ranked: list[Severity], lead: User) -> None:
        severity = move_severity(severity=ranked[3], steps=-3, at=timezone.now(), actor=lead)

        assert severity.position == 1
        assert severity.rank == 1
        levels = [row.rank for row in order.in_order()]
        assert levels == sorted(levels)


class TestMoving:
    def test_swaps_neighbours_and_keeps_the_others(self, ranked: list[Severity], lead: User) -> None:
        move_severity(severity=ranked[1], steps=1, at=timezone.now(), actor=lead)

        assert names(order.in_order()) == ["SEV1", "SEV3", "SEV2", "SEV4"]
        assert [row.position for row in order.in_order()] == [1, 2, 3, 4]

    def test_stops_at_the_ends(self, ranked: list[Severity], lead: User) -> None:
        move_severity(severity=ranked[0], steps=-1, at=timezone.now(), actor=lead)
        move_severity(severity=ranked[3], steps=1, at=timezone.now(), actor=lead)

        assert names(order.in_order()) == ["SEV1", "SEV2", "SEV3", "SEV4"]
