"""Whether one ticket is visible to one person: asked once for a page, and anew when the ticket changes."""

from typing import Any

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def private() -> Any:
    return make.IncidentFactory(visibility="private", visibility_reason="Personal data")


class TestOfOneTicket:
    def test_is_asked_once(self, private: Any, django_assert_num_queries: Any) -> None:
        colleague = make.MembershipFactory(team=private.team).user

        with django_assert_num_queries(1):
            assert [private.is_visible_to(colleague) for _ in range(3)] == [True] * 3

    def test_is_asked_for_each_person(self, private: Any) -> None:
        colleague, stranger = make.MembershipFactory(team=private.team).user, make.UserFactory()

        assert [private.is_visible_to(person) for person in (colleague, stranger, colleague)] == [True, False, True]

    def test_is_asked_anew_when_the_team_changes(self, private: Any) -> None:
        colleague = make.MembershipFactory(team=private.team).user
        assert private.is_visible_to(colleague)

        private.team = make.TeamFactory()
        private.save()

        assert not private.is_visible_to(colleague)

    def test_is_asked_anew_after_a_no(self, private: Any) -> None:
        stranger = make.UserFactory()
        assert not private.is_visible_to(stranger)

        make.MembershipFactory(team=private.team, user=stranger)

        assert private.is_visible_to(stranger)
