"""Wake tests, members of a team, and relief after hard nights (S18, S19)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from config.base.data.roles import Role
from oncall.cover import relief, swaps
from oncall.models import MembershipRole, ReliefRequest, SwapRequest, WakeTest
from oncall.people import members
from oncall.readiness import wake_tests
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MORNING = datetime(2026, 6, 2, 6, 30, tzinfo=UTC)
"""Half past eight in Berlin, after the night of 1 June."""


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana Silva", time_zone="Europe/Berlin", email="ana@example.com")


@pytest.fixture
def method(ana: Any) -> Any:
    return make.ContactMethodFactory(user=ana, kind="email", address="ana@example.com")


class TestWakeTest:
    def test_goes_to_the_first_channel_and_is_passed_by_its_link(self, ana: Any, method: Any) -> None:
        test = wake_tests.send(user=ana, at=NOON)

        assert mail.outbox[0].to == ["ana@example.com"]
        assert mail.outbox[0].subject == "[Test] Wake test: does a page reach you?"
        key = wake_tests.key_for(test)
        assert f"/wake/{key}/" in str(mail.outbox[0].body)
        wake_tests.confirm(key=key, at=NOON + 5 * MINUTE)
        wake_tests.confirm(key=key, at=NOON + 50 * MINUTE)
        test.refresh_from_db()
        assert test.passed_at == NOON + 5 * MINUTE
        assert wake_tests.passed([ana.pk], at=NOON + timedelta(days=89)) == {ana.pk}
        assert wake_tests.passed([ana.pk], at=NOON + timedelta(days=91)) == set()

    def test_is_not_passed_too_late(self, ana: Any, method: Any) -> None:
        test = wake_tests.send(user=ana, at=NOON)

        with pytest.raises(wake_tests.WakeTestNotPassed, match="too late"):
            wake_tests.confirm(key=wake_tests.key_for(test), at=NOON + 16 * MINUTE)

    @pytest.mark.parametrize("key", ["", "1", "1-", "x-1", "99999999999999999999-1", "1-é", "١-1"])
    def test_is_not_passed_by_an_invented_link(self, ana: Any, method: Any, key: str) -> None:
        wake_tests.send(user=ana, at=NOON)

        with pytest.raises(wake_tests.WakeTestNotPassed):
            wake_tests.confirm(key=key, at=NOON)

    def test_waits_a_minute_between_two(self, ana: Any, method: Any) -> None:
        wake_tests.send(user=ana, at=NOON)

        with pytest.raises(wake_tests.TestPageNotSent, match="moment ago"):
            wake_tests.send(user=ana, at=NOON + 30 * timedelta(seconds=1))
        wake_tests.send(user=ana, at=NOON + 2 * MINUTE)

    def test_needs_a_verified_contact_method(self, ana: Any) -> None:
        with pytest.raises(wake_tests.TestPageNotSent, match="no verified contact method"):
            wake_tests.send(user=ana, at=NOON)

    def test_leaves_nothing_behind_when_it_cannot_be_sent(self, ana: Any) -> None:
        make.ContactMethodFactory(user=ana, kind="sms")  # and no gateway is set up

        with pytest.raises(wake_tests.TestPageNotSent, match="could not be sent"):
            wake_tests.send(user=ana, at=NOON)
        assert not WakeTest.objects.exists()

    def test_is_sent_from_the_persons_page_and_passed_without_sign_in(
        self, client: Client, ana: Any, method: Any
    ) -> None:
        client.force_login(ana)
        assert b"You have not tested it yet" in client.get("/me/").content
        client.post("/me/wake-test/")
        path = f"/wake/{wake_tests.key_for(WakeTest.objects.get())}/"
        client.logout()

        assert b"it would wake me" in client.get(path).content
        assert WakeTest.objects.get().passed_at is None  # opening the link changes nothing
        assert b"Passed." in client.post(path, follow=True).content
        assert client.get("/wake/1-x/").status_code == 410
        client.force_login(ana)
        assert b"wake test passed" in client.get("/me/").content


class TestMembers:
    def test_are_changed_by_those_who_plan(self, client: Client, ana: Any) -> None:
        row = make.MembershipFactory(user=ana, team__slug="shop")
        boss = make.MembershipFactory(team=row.team, role=MembershipRole.MANAGER).user
        path = f"/teams/shop/people/{row.pk}/"
        client.force_login(ana)
        assert client.get(path).status_code == 403

        client.force_login(boss)
        assert b"not trained" in client.get("/teams/shop/").content
        answer = client.post(path, {"fte": "0.5", "trained_on": "2026-05-04"})

        row.refresh_from_db()
        assert answer.status_code == 302
        assert (row.fte, row.trained_on) == (Decimal("0.5"), date(2026, 5, 4))
        assert client.post(path, {"fte": "0"}).status_code == 422

    def test_show_what_is_missing_only_to_planners(self, ana: Any) -> None:
        row = make.MembershipFactory(user=ana)

        [own] = members.team_members(row.team, viewer=ana, at=NOON)
        [planned] = members.team_members(row.team, viewer=make.UserFactory(roles=[Role.ADMINISTRATOR]), at=NOON)

        assert own.missing == ()
        assert planned.missing == ["not trained", "no verified contact method", "no wake test"]


def _night(ana: Any, *hours: int) -> None:
    """Pages at these hours in Berlin: 23 is of 1 June, the others of 2 June."""
    for hour in hours:
        make.log_page(ana, datetime(2026, 6, 1 if hour > 12 else 2, hour, 30, tzinfo=UTC) - 2 * HOUR)


class TestHardNight:
    def test_has_two_pages(self, ana: Any) -> None:
        _night(ana, 23)
        assert relief.hard_night(ana, at=MORNING) is None
        _night(ana, 5)

        assert relief.hard_night(ana, at=MORNING) == relief.Night(date(2026, 6, 1), 2, 0)

    def test_counts_only_the_night_on_the_persons_clock(self, ana: Any) -> None:
        _night(ana, 22, 6)

        assert relief.hard_night(ana, at=MORNING) is None

    def test_or_has_an_hour_of_work(self, ana: Any) -> None:
        start = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)  # half an hour before it begins
        make.WorkIntervalFactory(user=ana, started_at=start, ended_at=start + 80 * MINUTE)
        assert relief.hard_night(ana, at=MORNING) is None
        make.WorkIntervalFactory(user=ana, started_at=start + 60 * MINUTE, ended_at=start + 90 * MINUTE)

        night = relief.hard_night(ana, at=MORNING)

        assert night is not None
        assert night.worked_minutes == 60  # what overlaps counts once

    def test_may_be_set_by_configuration(self, ana: Any, settings: Any) -> None:
        settings.ONCALL_HARD_NIGHT_PAGES = 1
        _night(ana, 3)

        assert relief.hard_night(ana, at=MORNING) is not None

    def test_is_seen_while_it_runs_and_until_the_evening(self, ana: Any) -> None:
        _night(ana, 0, 1)

        nights = [relief.hard_night(ana, at=datetime(2026, 6, 2, hour, tzinfo=UTC)) for hour in (0, 5, 20)]
        assert [night is not None for night in nights] == [True, True, True]
        assert relief.hard_night(ana, at=datetime(2026, 6, 2, 22, 30, tzinfo=UTC)) is None


class TestRelief:
    @pytest.fixture
    def schedule(self, ana: Any) -> Any:
        _night(ana, 23, 1, 3)
        row = make.MembershipFactory(user=ana, team__slug="shop")
        return make.weekly_schedule(
            make.UserFactory(), ana, team=row.team, name="Shop primary", anchor="2026-06-01T09:00"
        )

    def test_is_offered_for_the_next_shift(self, ana: Any, schedule: Any) -> None:
        offer = relief.relief_offer(ana, at=MORNING)

        assert offer is not None
        assert offer.schedule == schedule
        assert (offer.starts_at, offer.ends_at) == (
            datetime(2026, 6, 8, 9, tzinfo=UTC), datetime(2026, 6, 15, 9, tzinfo=UTC),
        )  # fmt: skip

    def test_is_offered_for_the_coming_day_of_a_shift_that_runs(self, ana: Any) -> None:
        _night(ana, 23, 1)
        make.weekly_schedule(ana)

        offer = relief.relief_offer(ana, at=MORNING)

        assert offer is not None
        assert (offer.starts_at, offer.ends_at) == (MORNING + MINUTE, MORNING + MINUTE + 24 * HOUR)

    def test_is_not_offered_without_a_shift_to_come(self, ana: Any) -> None:
        _night(ana, 23, 1)

        assert relief.relief_offer(ana, at=MORNING) is None
        with pytest.raises(relief.NoRelief):
            relief.request_relief(actor=ana, at=MORNING)

    def test_asks_for_a_swap_once_a_night(self, ana: Any, schedule: Any) -> None:
        first = relief.request_relief(actor=ana, at=MORNING)
        second = relief.request_relief(actor=ana, at=MORNING + HOUR)

        assert first == second
        swap = SwapRequest.objects.get()
        assert first.swap == swap
        assert (swap.schedule, swap.starts_at, swap.requested_by) == (
            schedule, datetime(2026, 6, 8, 9, tzinfo=UTC), ana,
        )  # fmt: skip
        assert "3 pages" in swap.note

    def test_says_why_the_shift_cannot_be_given_away(self, ana: Any, schedule: Any) -> None:
        day = datetime(2026, 6, 8, 9, tzinfo=UTC)
        swaps.request(schedule=schedule, starts_at=day, ends_at=day + HOUR, actor=ana, at=MORNING)

        with pytest.raises(relief.NoRelief, match="already asked for this time"):
            relief.request_relief(actor=ana, at=MORNING)

    def test_is_seen_by_the_planner_and_by_nobody_else(self, client: Client, ana: Any, schedule: Any) -> None:
        row = relief.request_relief(actor=ana, at=MORNING)
        planner, stranger = make.UserFactory(roles=[Role.ADMINISTRATOR]), make.UserFactory()

        def seen_by(user: Any) -> list[ReliefRequest]:
            return list(relief.relief_requests(team=schedule.team, viewer=user, at=MORNING + HOUR))

        assert (seen_by(planner), seen_by(ana), seen_by(stranger)) == ([row], [row], [])

    def test_takes_one_tap_on_the_persons_page(
        self, client: Client, ana: Any, schedule: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: MORNING)
        client.force_login(ana)
        assert b"That was a hard night" in client.get("/me/").content

        monkeypatch.setattr("config.base.web.views.database_now", lambda: MORNING)
        answer = client.post("/me/rest/", follow=True)

        assert b"Your planner sees your request" in answer.content
        assert ReliefRequest.objects.get().night_on == date(2026, 6, 1)
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))
        assert b"Ana Silva" in client.get("/teams/shop/load/").content

    def test_is_offered_on_the_phone_screen(self, client: Client, ana: Any, schedule: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: MORNING)
        ticket = make.IncidentFactory(status="restored", restored_at=MORNING)
        path = f"/tickets/{ticket.reference}/respond/"
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))
        assert b"hard night" not in client.get(path).content

        client.force_login(ana)

        assert b"Ask others to take it" in client.get(path).content
