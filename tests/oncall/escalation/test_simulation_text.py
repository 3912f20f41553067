"""A simulation in words: the headline, the ways to a person, and rounds that differ."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall.escalation.machine import LogLine
from oncall.escalation.simulation import Event, Simulation, simulate
from oncall.escalation.simulation_reasons import load_reasons
from oncall.escalation.simulation_text import Line, describe, headline, warning
from oncall.models import EscalationPolicy, OverridePerson, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")


@pytest.fixture
def ana() -> User:
    person: User = make.person_with_phone("Ana Ruiz")
    return person


@pytest.fixture
def bo() -> User:
    person: User = make.person_with_phone("Bo Lind", time_zone="Europe/Lisbon")
    return person


def run_of(policy: EscalationPolicy) -> Simulation:
    return simulate(policy=policy, team=policy.team, at=NOON)


def lines_of(run: Simulation) -> list[Line]:
    return describe(run, load_reasons(run, zone="UTC"), zone=UTC)


class TestHeadline:
    def test_counts_the_others_and_says_by_when(self, ana: User, bo: User) -> None:
        cy = make.person_with_phone("Cy")

        assert headline(run_of(make.policy(ana, bo, [bo, cy], fallback=[ana])), zone=UTC) == (
            "Ana Ruiz is paged at 12:00:00 UTC: text message at once; then 2 more people by 12:10:00 UTC."
        )

    def test_names_several_who_are_paged_together(self, ana: User, bo: User) -> None:
        text = headline(run_of(make.policy([ana, bo], fallback=[ana])), zone=UTC)

        assert text == "Ana Ruiz and Bo Lind are paged at 12:00:00 UTC."

    def test_joins_the_ways_that_wait_alike(self, ana: User) -> None:
        for kind in ("push", "voice"):
            make.ContactMethodFactory(user=ana, kind=kind)

        text = headline(run_of(make.policy(ana, fallback=[ana])), zone=UTC)

        assert text.endswith("push message and text message at once, call after 3 and 8 min.")


class TestWarning:
    def test_says_that_the_first_step_reaches_nobody(self, ana: User) -> None:
        run = run_of(make.policy(make.ScheduleFactory(), ana, fallback=[ana]))

        assert warning(run) == "The first step reaches nobody at this moment."


class TestLines:
    def test_of_equal_rounds_are_one_each(self, ana: User) -> None:
        kinds = [line.kind for line in lines_of(run_of(make.policy(ana, repeat=3, fallback=[ana])))]

        assert kinds == ["page", "again", "again", "again", "page", "end"]

    def test_of_a_round_with_other_people_are_written_out(self, ana: User, bo: User) -> None:
        schedule = make.weekly_schedule(ana)
        cover = make.OverrideFactory(
            schedule=schedule, op="set", out=None,
            starts_at=NOON + timedelta(minutes=4), ends_at=NOON + timedelta(minutes=30),
        )  # fmt: skip
        OverridePerson.objects.create(override=cover, user=bo)

        lines = lines_of(run_of(make.policy(schedule, repeat=1, fallback=[ana])))

        assert [(line.kind, line.name) for line in lines[:3]] == [
            ("page", "Ana Ruiz"), ("page", "Bo Lind"), ("page", "Ana Ruiz")
        ]  # fmt: skip
        assert "override to Mon 1 Jun 2026, 12:30 UTC" in lines[1].why
        assert (lines[0].their_clock, lines[1].their_clock) == ("same", "Mon 13:05 WEST")

    def test_keep_the_fallback_of_each_round_that_reaches_nobody(self, ana: User) -> None:
        lines = lines_of(run_of(make.policy(make.ScheduleFactory(name="Empty"), repeat=1, fallback=[ana])))

        assert [line.kind for line in lines] == ["skip", "page", "again", "page", "end"]

    def test_name_a_closed_account_and_an_empty_team_as_reasons(self, ana: User) -> None:
        gone, team = make.UserFactory(name="Cy Old", is_active=False), make.TeamFactory(name="Shop")

        [skip, *_] = lines_of(run_of(make.policy([gone, team], ana, fallback=[ana])))

        assert skip.why == (
            "the account of Cy Old is closed; team Shop has no responder or manager with an open account"
        )

    def test_name_the_last_resort(self, ana: User) -> None:
        policy = make.policy(fallback=[make.UserFactory(is_active=False)], team__name="Shop")
        make.MembershipFactory(team=policy.team, user=ana, role="manager")

        assert lines_of(run_of(policy))[0].why == "Manager of Shop: the last resort"

    def test_show_an_event_that_this_page_has_never_heard_of(self, ana: User) -> None:
        """What the engine learns later, such as hours or a webhook, is shown by its name."""
        run = run_of(make.policy(ana, fallback=[ana]))
        run = replace(run, events=(Event(LogLine(NOON, "webhook", 0, 0)), *run.events))

        first = lines_of(run)[0]

        assert (first.kind, first.step, first.ways) == ("other", "1", "webhook")

    def test_say_where_a_long_run_is_cut(self, ana: User) -> None:
        last = lines_of(run_of(make.policy(ana, delay=30_000, fallback=[ana])))[-1]

        assert last.kind == "other"
        assert "It goes on at Mon 22 Jun 2026, 08:00 UTC" in last.why
