"""The resolver: wall clocks, turns, versions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall import schedules
from oncall.models import Layer
from tests import factories

ZONES = ["UTC", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana",
         "America/Santiago", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca"]  # fmt: skip
locals_ = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)).map(lambda d: d.replace(second=0, microsecond=0))


class TestResolve:
    def test_takes_the_first_reading_of_a_repeated_hour(self):
        """R-T3."""
        at = schedules.resolve(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin"))

        assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_takes_the_first_instant_after_a_gap(self):
        """R-T3."""
        at = schedules.resolve(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"))

        assert at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

    @given(locals_, st.integers(0, 3000), st.sampled_from(ZONES))
    def test_never_runs_backwards(self, local, minutes, name):
        zone = ZoneInfo(name)

        assert schedules.resolve(local, zone) <= schedules.resolve(local + timedelta(minutes=minutes), zone)

    @given(locals_, st.sampled_from(ZONES))
    def test_is_the_least_instant_whose_wall_clock_has_come(self, local, name):
        zone = ZoneInfo(name)

        at = schedules.resolve(local, zone)

        assert at.astimezone(zone).replace(tzinfo=None) >= local
        assert (at - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None) < local


class TestTurns:
    @given(locals_, st.integers(1, 5), st.sampled_from(["day", "week"]), st.sampled_from(ZONES))
    def test_hold_the_instant_and_follow_each_other_without_a_gap(self, local, length, unit, name):
        """R-R4."""
        zone = ZoneInfo(name)
        layer = Layer(anchor="2026-01-05T09:00", unit=unit, length=length)
        at = local.replace(tzinfo=UTC)

        number, starts_at, ends_at = schedules.turn_of(layer, zone, at)

        assert starts_at <= at < ends_at
        assert schedules.turn_of(layer, zone, ends_at)[:2] == (number + 1, ends_at)


@pytest.mark.django_db
class TestOnCall:
    def test_changes_hands_at_nine_in_the_schedules_zone(self):
        ana, bob = factories.UserFactory(name="Ana"), factories.UserFactory(name="Bob")
        schedule = factories.weekly_schedule(ana, bob, zone="America/Chicago")
        handoff = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)

        before = schedules.on_call(schedule, at=handoff - timedelta(minutes=1))
        after = schedules.on_call(schedule, at=handoff)

        assert (before.users, after.users) == ((ana,), (bob,))
        assert before.ends_at == after.starts_at == handoff

    def test_is_nobody_before_the_first_version_and_for_a_closed_account(self):
        ana = factories.UserFactory(is_active=False)
        schedule = factories.weekly_schedule(ana)

        assert schedules.on_call(schedule, at=datetime(2025, 1, 1, tzinfo=UTC)).users == ()
        assert schedules.on_call(schedule, at=factories.NOON).users == ()

    def test_asks_as_many_questions_for_ten_schedules_as_for_one(self, django_assert_num_queries):
        for _ in range(10):
            factories.weekly_schedule(factories.UserFactory(), factories.UserFactory())

        with django_assert_num_queries(4):
            found = [schedules.on_call(schedule, at=factories.NOON) for schedule in schedules.load()]

        assert all(turn.users for turn in found)
