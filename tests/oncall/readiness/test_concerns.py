"""Concerns about rotas, policies and people: who could not be paged right now."""

import pytest

from config.base.data.clock import database_now
from config.base.web.concerns import Concern
from oncall.models import Schedule
from oncall.readiness import concerns
from tests import factories as make

pytestmark = pytest.mark.django_db


def listed() -> dict[str, Concern]:
    """The concerns by their text, without its number."""
    return {concern.text.partition(" ")[2]: concern for concern in concerns.list_concerns(database_now())}


def names(concern: Concern) -> list[str]:
    return [record.name for record in concern.records]


class TestPolicies:
    NOBODY = "escalation policy reaches nobody right now."

    def test_that_reach_nobody_block(self) -> None:
        person = make.person_with_phone("Ana")
        closed = make.UserFactory(is_active=False)
        observer = make.MembershipFactory(role="observer")
        make.policy(make.ScheduleFactory(), closed, observer.team, name="Parcel tracking", fallback=[person])

        concern = listed()[self.NOBODY]

        assert (concern.is_blocking, names(concern), concern.count) == (True, ["Parcel tracking"], 1)
        assert concern.url == concern.records[0].url

    @pytest.mark.parametrize("target", ["person", "schedule", "team"])
    def test_that_reach_somebody_in_any_step_are_no_concern(self, target: str) -> None:
        person = make.person_with_phone("Ana")
        team = make.MembershipFactory(user=person, role="responder").team
        targets = {"person": person, "schedule": make.weekly_schedule(person), "team": team}
        make.policy(make.UserFactory(is_active=False), targets[target], fallback=[person])

        assert self.NOBODY not in listed()

    def test_without_a_step_are_another_concern(self) -> None:
        make.PolicyFactory(name="Empty")

        concern = listed()["escalation policy has no step: it pages only its fallback."]

        assert (concern.is_blocking, names(concern)) == (False, ["Empty"])
        assert self.NOBODY not in listed()

    def test_with_a_step_that_has_no_target_reach_nobody(self) -> None:
        make.policy([], name="Hollow")

        assert names(listed()[self.NOBODY]) == ["Hollow"]

    def test_that_are_retired_are_left_out(self) -> None:
        make.policy(make.UserFactory(is_active=False), retired_at=database_now())

        assert self.NOBODY not in listed()

    def test_that_are_missing_are_named(self) -> None:
        assert "escalation policy says whom to page." in listed()
        assert "schedule says who is on call." in listed()


class TestSchedules:
    def test_with_nobody_now_block(self) -> None:
        make.ScheduleFactory(name="Gap")
        make.weekly_schedule(make.UserFactory(), name="Covered")

        concern = listed()["schedule has nobody on call right now."]

        assert (concern.is_blocking, names(concern)) == (True, ["Gap"])

    def test_count_the_rows_of_the_database(self) -> None:
        for number in range(4):
            make.ScheduleFactory(name=f"Gap {number}")

        concern = listed()["schedules have nobody on call right now."]

        assert (concern.count, concern.others, len(concern.first_records)) == (4, 1, 3)
        assert Schedule.objects.count() == concern.count


class TestPeople:
    TEXT = "person who may be paged has no verified contact method."

    @pytest.mark.parametrize("place", ["rota", "step", "team", "fallback"])
    def test_on_a_rota_in_a_step_or_in_a_fallback_need_a_verified_method(self, place: str) -> None:
        person, reachable = make.UserFactory(name="Rafael Lima"), make.person_with_phone("Ana")
        make.ContactMethodFactory(user=person, verified_at=None)
        if place == "rota":
            make.weekly_schedule(person)
        team = make.MembershipFactory(user=person).team if place == "team" else make.TeamFactory()
        first = {"step": person, "team": team}.get(place, reachable)
        make.policy(first, fallback=[person if place == "fallback" else reachable])

        concern = listed()[self.TEXT]

        assert (concern.is_blocking, names(concern)) == (True, ["Rafael Lima"])

        make.ContactMethodFactory(user=person)
        assert self.TEXT not in listed()

    def test_whom_nothing_pages_and_closed_accounts_are_left_out(self) -> None:
        make.MembershipFactory()
        make.policy(make.UserFactory(is_active=False), fallback=[make.person_with_phone("Ana")])

        assert self.TEXT not in listed()
