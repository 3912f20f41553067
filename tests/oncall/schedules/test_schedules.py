"""The resolver on real rows: handoffs, exceptions, closed accounts, and a constant number of queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from oncall import schedules
from oncall.cover.overrides import create_override
from oncall.models import Deactivation, Override, ScheduleVersion
from tests import factories as make

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def on_call(schedule, *, at, as_of=None):
    [roster] = schedules.load(ids=[schedule.pk], since=at, until=at + MINUTE, as_of=as_of)
    return schedules.on_call(roster, at=at)


class TestOnCall:
    def test_changes_hands_at_nine_in_the_schedules_zone(self):
        ana, bob = make.UserFactory(name="Ana"), make.UserFactory(name="Bob")
        schedule = make.weekly_schedule(ana, bob, zone="America/Chicago")
        handoff = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)

        before_handoff = on_call(schedule, at=handoff - MINUTE)
        after_handoff = on_call(schedule, at=handoff)

        assert (before_handoff.users, after_handoff.users) == ((ana,), (bob,))
        assert after_handoff.because["turn"] == before_handoff.because["turn"] + 1

    def test_knows_since_when_and_until_when(self):
        ana, bob = make.UserFactory(name="Ana"), make.UserFactory(name="Bob")
        schedule = make.weekly_schedule(ana, bob, zone="America/Chicago")
        handoff = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
        [roster] = schedules.load_range(handoff, ids=[schedule.pk])

        turn = schedules.stint(roster, at=handoff + timedelta(days=2, seconds=17))

        assert (turn.users, turn.starts_at, turn.ends_at) == ((bob,), handoff, handoff + timedelta(days=7))

    def test_is_nobody_before_the_first_version_and_for_a_closed_account(self):
        schedule = make.weekly_schedule(make.UserFactory(is_active=False))

        assert on_call(schedule, at=datetime(2025, 1, 1, tzinfo=UTC)).users == ()
        assert on_call(schedule, at=make.NOON).users == ()

    def test_keeps_the_past_of_an_account_that_was_closed_later(self):
        """R-V6: out of the rota from that minute on, and not before."""
        ana = make.UserFactory()
        schedule = make.weekly_schedule(ana)
        Deactivation.objects.create(user=ana, starts_at=make.NOON, created_at=make.NOON, origin="case")

        assert on_call(schedule, at=make.NOON - MINUTE).users == (ana,)
        assert on_call(schedule, at=make.NOON).users == ()

    def test_follows_an_override_to_the_minute_and_forgets_it_as_of_yesterday(self):
        """R-O2, R-V5."""
        ana, bob = make.UserFactory(name="Ana"), make.UserFactory(name="Bob")
        schedule = make.weekly_schedule(ana)
        start, end = make.NOON + timedelta(hours=1), make.NOON + timedelta(hours=2)
        row = create_override(
            schedule=schedule, op="replace", out=ana, users=[bob], starts_at=start, ends_at=end,
            actor=ana, at=make.NOON, origin="case",
        )  # fmt: skip

        assert [on_call(schedule, at=at).users for at in (start - MINUTE, start, end - MINUTE, end)] == [
            (ana,), (bob,), (bob,), (ana,)
        ]  # fmt: skip
        assert on_call(schedule, at=start).because["overrides"] == [row.pk]
        assert on_call(schedule, at=start, as_of=make.NOON - MINUTE).users == (ana,)

    def test_needs_as_many_queries_for_ten_schedules_as_for_one(self, django_assert_max_num_queries):
        for _ in range(10):
            make.weekly_schedule(make.UserFactory(), make.UserFactory())
        with django_assert_max_num_queries(6):
            turns = [schedules.on_call(roster, at=make.NOON) for roster in schedules.load_at(make.NOON)]

        assert all(turn.users for turn in turns)
        assert len(turns) == 10


class TestHistory:
    def test_of_versions_and_layers_cannot_be_rewritten(self):
        """R-V1."""
        schedule = make.weekly_schedule(make.UserFactory())
        version = schedule.versions.get()
        layer = version.layers.get()
        for change in (
            lambda: ScheduleVersion.objects.filter(pk=version.pk).update(time_zone="Asia/Tokyo"),
            lambda: version.layers.update(length=2),
            lambda: layer.members.update(slot=5),
            lambda: layer.members.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_of_a_cancelled_override_is_filled_once(self):
        schedule = make.weekly_schedule(make.UserFactory())
        row = create_override(
            schedule=schedule, op="add", users=[make.UserFactory()], starts_at=make.NOON,
            ends_at=make.NOON + timedelta(hours=1), actor=None, at=make.NOON, origin="case",
        )  # fmt: skip
        cancelled = Override.objects.filter(pk=row.pk)
        cancelled.update(cancelled_at=make.NOON)

        with pytest.raises(IntegrityError), transaction.atomic():
            cancelled.update(cancelled_at=None)
