"""Warnings about a rota (R-O5): each code where it applies, none where it does not, and in a few queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import schedules
from oncall.cover.overrides import create_override
from oncall.models import Absence, Deactivation, ScheduleVersion, WorkInterval
from oncall.schedules import warnings
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.editing import save_version
from tests import factories as make

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


def reachable(name: str = "Ana") -> Any:
    return make.ContactMethodFactory(user__name=name).user


def rota(*layers: LayerDraft, zone: str = "Europe/Berlin", at: datetime = make.NOON) -> Any:
    schedule = make.ScheduleFactory(name="Shop")
    save_version(
        schedule=schedule, layers=layers, time_zone=zone, effective_from=at - DAY, actor=None, at=at - DAY,
        origin="case",
    )  # fmt: skip
    return schedule


def warnings_for(schedule: Any, *, weeks: int = 2, at: datetime = make.NOON) -> list[warnings.RotaWarning]:
    until = at + timedelta(weeks=weeks)
    [roster] = schedules.load(ids=[schedule.pk], since=at, until=until)
    return warnings.schedule_warnings(roster, since=at, until=until, at=at)


def weekly(*slots: tuple[int, ...], **fields: Any) -> LayerDraft:
    return LayerDraft(**{"anchor": "2026-01-05T09:00", "slots": slots} | fields)


class TestWarnings:
    def test_are_none_for_a_good_rota(self) -> None:
        ana, ben = reachable("Ana"), reachable("Ben")

        assert warnings_for(rota(weekly((ana.pk,), (ben.pk,)))) == []

    def test_name_who_is_on_the_rota_before_the_training(self) -> None:
        """S18; in a team that records no training, nobody is named."""
        ana, ben = reachable("Ana"), reachable("Ben")
        schedule = rota(weekly((ana.pk,), (ben.pk,)))
        make.MembershipFactory(team=schedule.team, user=ben)
        assert warnings_for(schedule) == []
        make.MembershipFactory(team=schedule.team, user=ana, trained_on=make.NOON.date())

        [warning] = warnings_for(schedule)

        assert (warning.code, warning.users) == ("UNTRAINED", (ben.pk,))
        assert warning.sentence.startswith("Ben is on call from ")

    def test_name_a_gap_and_the_policy_that_pages_it_first(self) -> None:
        ana = reachable()
        hours = [{"type": "daily", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
        schedule = rota(weekly((ana.pk,), restrictions=hours))
        make.policy(schedule, name="Shop pages")
        make.policy(ana, schedule, name="Asks later")

        rota_warnings = warnings_for(schedule, weeks=1)

        # Monday 14:00 in Berlin to the next: nights from Monday to Thursday, a weekend in one, and the tail.
        assert [warning.code for warning in rota_warnings] == ["USED_BY_POLICY"] + ["GAP"] * 5
        assert rota_warnings[0].sentence.startswith(
            "The policy Shop pages pages this schedule first, and nobody is on call from Mon"
        )
        assert rota_warnings[1].starts_at == datetime(2026, 6, 1, 15, tzinfo=UTC)
        assert rota_warnings[1].sentence == (
            "Nobody is on call from Mon 1 Jun 2026, 17:00 CEST to Tue 2 Jun 2026, 09:00 CEST."
        )

    def test_name_places_with_nobody_and_closed_accounts(self) -> None:
        ana, cy = reachable("Ana"), reachable("Cy")
        schedule = rota(weekly((ana.pk,), (), (cy.pk,)))
        Deactivation.objects.create(user=cy, starts_at=make.NOON + DAY, created_at=make.NOON + DAY, origin="case")

        by_code = {warning.code: warning for warning in warnings_for(schedule)}

        assert "place 2" in by_code["EMPTY_SLOT"].sentence
        assert by_code["INACTIVE_MEMBER"].users == (cy.pk,)
        assert "The account of Cy closes at Tue 2 Jun 2026" in by_code["INACTIVE_MEMBER"].sentence

    def test_name_a_layer_without_people_and_one_that_ends_before_it_begins(self) -> None:
        ana = reachable()
        never_active = weekly((ana.pk,), starts_at="2026-06-10T00:00", ends_at="2026-06-09T00:00")

        codes = {
            warning.code: warning.sentence for warning in warnings_for(rota(weekly((ana.pk,)), weekly(), never_active))
        }

        assert codes == {
            "EMPTY_SLOT": "Layer 2 has no people: add some.",
            "LAYER_NEVER_ACTIVE": "Layer 3 is never active: it ends before it begins.",
            "LONG_STRETCH": codes["LONG_STRETCH"],
        }

    def test_name_time_off_while_on_call_and_two_schedules_at_once(self) -> None:
        ana, ben = reachable("Ana"), reachable("Ben")
        schedule = rota(weekly((ana.pk,), (ben.pk,)))
        other = make.weekly_schedule(ben, ana, name="Search", zone="Europe/Berlin")
        Absence.objects.create(
            user=ben, starts_at=make.NOON, ends_at=make.NOON + 30 * DAY, created_at=make.NOON, origin="case"
        )

        rota_warnings = warnings_for(schedule, weeks=1)

        # In June both alternate; an override puts one person on call twice.
        assert [warning.code for warning in rota_warnings if warning.users == (ben.pk,)] == ["ABSENT_ON_CALL"]
        create_override(
            schedule=other, op="add", users=[ben], starts_at=make.NOON + HOUR, ends_at=make.NOON + 2 * HOUR,
            actor=None, at=make.NOON, origin="case",
        )  # fmt: skip
        bookings = [warning for warning in warnings_for(schedule, weeks=1) if warning.code == "DOUBLE_BOOKED"]
        assert [(warning.users, warning.starts_at, warning.ends_at) for warning in bookings] == [
            ((ben.pk,), make.NOON + HOUR, make.NOON + 2 * HOUR)
        ]
        assert "also on call for Search" in bookings[0].sentence

    def test_name_an_override_that_changes_nothing_until_it_is_cancelled(self) -> None:
        ana, ben, cy = reachable("Ana"), reachable("Ben"), reachable("Cy")
        schedule = rota(weekly((ana.pk,)))
        row = create_override(
            schedule=schedule, op="replace", out=ben, users=[cy], starts_at=make.NOON + HOUR,
            ends_at=make.NOON + 2 * HOUR, actor=None, at=make.NOON, origin="case",
        )  # fmt: skip

        assert "NOOP_ADJUSTMENT" in {warning.code for warning in warnings_for(schedule)}
        type(row).objects.filter(pk=row.pk).update(cancelled_at=make.NOON)
        assert "NOOP_ADJUSTMENT" not in {warning.code for warning in warnings_for(schedule)}

    def test_name_a_turn_that_the_clock_skips(self) -> None:
        """R-R6: on 29 March 2026 there is no hour from two to three in Berlin."""
        people = [reachable(name) for name in ("Ana", "Ben", "Cy")]
        night = datetime(2026, 3, 28, 12, tzinfo=UTC)
        hourly = weekly(*((person.pk,) for person in people), unit="hour", anchor="2026-03-28T00:00")

        [warning] = [
            warning
            for warning in warnings_for(rota(hourly, at=night), weeks=1, at=night)
            if warning.code == "ZERO_TURN"
        ]

        assert warning.starts_at == warning.ends_at == datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert warning.users == (people[26 % 3].pk,)

    def test_name_a_short_rest_after_a_call_out(self, settings: Any) -> None:
        ana, ben = reachable("Ana"), reachable("Ben")
        daily = weekly((ana.pk,), (ben.pk,), unit="day", anchor="2026-06-01T09:00")
        schedule = rota(daily)
        shift = datetime(2026, 6, 2, 7, tzinfo=UTC)
        WorkInterval.objects.create(
            user=ben,
            subject_type="t",
            subject_id=1,
            title="x",
            url="/",
            started_at=make.NOON,
            ended_at=shift - 5 * HOUR,
        )

        [warning] = [warning for warning in warnings_for(schedule, weeks=1) if warning.code == "SHORT_REST"]

        assert (warning.users, warning.ends_at) == ((ben.pk,), shift)
        settings.ONCALL_REST_HOURS = 5
        assert "SHORT_REST" not in {warning.code for warning in warnings_for(schedule, weeks=1)}

    @pytest.mark.parametrize(("length", "is_long"), [(1, False), (2, True)])
    def test_name_more_than_seven_days_in_a_row(self, length: int, is_long: bool) -> None:
        """A week stays a week on the night it has an hour more."""
        autumn = datetime(2026, 10, 19, 12, tzinfo=UTC)
        ana, ben = reachable("Ana"), reachable("Ben")
        schedule = rota(weekly((ana.pk,), (ben.pk,), length=length), at=autumn)

        assert ("LONG_STRETCH" in {warning.code for warning in warnings_for(schedule, weeks=4, at=autumn)}) == is_long

    def test_name_people_without_a_verified_contact_method(self) -> None:
        silent = make.UserFactory(name="Sil")

        [warning] = [warning for warning in warnings_for(rota(weekly((silent.pk,)))) if warning.code == "NO_CONTACT"]

        assert warning.sentence.startswith("Sil has no verified contact method")

    def test_need_as_many_queries_for_twelve_schedules_as_for_two(self) -> None:
        def ask() -> int:
            until = make.NOON + 14 * DAY
            with CaptureQueriesContext(connection) as queries:
                rosters = schedules.load(since=make.NOON, until=until)
                warnings.warnings_by_schedule(rosters, since=make.NOON, until=until, at=make.NOON)
            return len(queries)

        for _ in range(2):
            make.weekly_schedule(make.UserFactory(), make.UserFactory())
        few = ask()
        for _ in range(10):
            make.weekly_schedule(make.UserFactory(), make.UserFactory())

        assert ask() == few <= 14
        assert ScheduleVersion.objects.count() == 12
