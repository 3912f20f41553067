"""One escalation that cannot be prepared: the others fire, its fallback is paged, and it says what is wrong (F23)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import escalation
from oncall.escalation import last_resort, poison
from oncall.escalation.forecast import forecast
from oncall.models import Escalation, EscalationEntry, Membership, Page, Team, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is registered, so superusers operate Holdfast."""
    monkeypatch.setattr(last_resort, "_operators", [])


def ring(policy: Any, *, about: int) -> Escalation:
    return escalation.trigger(
        subject_type="test", subject_id=about, title=f"INC-{about} Down", url="/", policy=policy, team=policy.team,
        at=NOON,
    )  # fmt: skip


def spoil(row: Escalation, value: Any) -> None:
    Escalation.objects.filter(pk=row.pk).update(frozen_policy=value)


def make_manager(user: User, row: Escalation, *, role: str = "manager") -> None:
    assert row.team is not None
    Membership.objects.create(team=row.team, user=user, role=role)


def paged(row: Escalation) -> set[User]:
    return {page.user for page in Page.objects.filter(escalation=row).select_related("user")}


def unknown_target(frozen: dict[str, Any]) -> Any:
    frozen["steps"][0]["targets"] = [{"robot": 7}]
    return frozen


def text_for_number(frozen: dict[str, Any]) -> Any:
    frozen["steps"][0]["delay_minutes"] = "soon"
    return frozen


KINDS: list[Callable[[dict[str, Any]], Any]] = [
    unknown_target, text_for_number,
    lambda _: {}, lambda _: [], lambda _: "policy", lambda _: 7, lambda frozen: frozen | {"steps": None},
    lambda frozen: frozen | {"steps": [7]},
]  # fmt: skip


class TestFrozenPolicy:
    @pytest.mark.parametrize("change", KINDS, ids=range(len(KINDS)))
    def test_of_any_wrong_shape_stops_nobody_else(self, change: Callable[[dict[str, Any]], Any]) -> None:
        ana, deputy = make.UserFactory.create_batch(2)
        bad = ring(make.policy(ana, fallback=[deputy]), about=1)
        make_manager(deputy, bad)
        spoil(bad, change(bad.frozen_policy))
        good = [ring(make.policy(ana), about=number) for number in range(2, 5)]

        escalation.fire_due(at=NOON)

        assert all(paged(row) == {ana} for row in good)
        assert paged(bad) == {deputy}
        bad.refresh_from_db()
        assert (bad.failures, bad.next_at) == (1, NOON + timedelta(seconds=5))
        assert bad.failure

    def test_can_still_be_acknowledged_and_ended(self) -> None:
        bad = ring(make.policy(make.UserFactory()), about=1)
        spoil(bad, ["nonsense"])

        escalation.acknowledge(escalation_id=bad.pk, at=NOON, actor=None)

        assert Escalation.objects.get(pk=bad.pk).state == "acknowledged"
        escalation.end(escalation_id=bad.pk, at=NOON, actor=None)
        assert Escalation.objects.get(pk=bad.pk).state == "ended"

    def test_hides_no_other_forecast(self) -> None:
        ana = make.UserFactory(name="Ana")
        bad, good = (ring(make.policy(ana), about=number) for number in (1, 2))
        spoil(bad, unknown_target(bad.frozen_policy))

        looked = forecast(Escalation.objects.all())

        assert looked[good.pk].names == ("Ana",)
        assert (looked[bad.pk].due_at, looked[bad.pk].names) == (NOON, ())

    def test_fires_by_itself_once_it_is_mended(self) -> None:
        ana = make.UserFactory()
        row = ring(make.policy(ana), about=1)
        frozen = row.frozen_policy
        spoil(row, {})
        escalation.fire_due(at=NOON)
        spoil(row, frozen)

        escalation.fire_due(at=NOON + timedelta(seconds=5))

        row.refresh_from_db()
        assert paged(row) == {ana}
        assert (row.failures, row.failure, row.step) == (0, "", 1)

    def test_is_not_cancelled_away_when_an_acknowledgement_times_out(self) -> None:
        """The fallback's page is sent: the escalation is paging again, as it would be with a sound policy."""
        deputy = make.UserFactory()
        row = ring(make.policy(make.UserFactory(), fallback=[deputy], ack_timeout_minutes=10), about=1)
        escalation.acknowledge(escalation_id=row.pk, at=NOON, actor=None)
        spoil(row, {"fallback": [deputy.pk]})

        escalation.fire_due(at=NOON + timedelta(minutes=10))

        row.refresh_from_db()
        assert (row.state, paged(row)) == ("triggered", {deputy})


class TestHalfWritten:
    def test_firings_leave_nothing_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the failed try had written, pages included, is undone before the fallback is paged."""
        ana, deputy = make.UserFactory.create_batch(2)
        row = ring(make.policy(ana, fallback=[deputy]), about=1)

        def fail(*_: Any) -> None:
            raise KeyError("after the pages were written")

        monkeypatch.setattr("oncall.escalation.sweep._store_cursors", fail)
        escalation.fire_due(at=NOON)

        row.refresh_from_db()
        assert (row.step, row.firing, row.failures) == (0, 1, 1)
        assert paged(row) == {deputy}
        assert list(EscalationEntry.objects.values_list("event", flat=True)) == ["failed"]


class TestSchedule:
    def test_whose_zone_is_unknown_stops_nobody_else(self) -> None:
        """A zone that left tzdata: no form would take it, but it is in the table."""
        ana, deputy = make.UserFactory.create_batch(2)
        schedule = make.weekly_schedule(ana, zone="Mars/Base")
        bad = ring(make.policy(schedule, fallback=[deputy]), about=1)
        good = ring(make.policy(ana), about=2)

        escalation.fire_due(at=NOON)

        assert (paged(good), paged(bad)) == ({ana}, {deputy})
        assert "Mars/Base" in Escalation.objects.get(pk=bad.pk).failure


class TestRest:
    def test_grows_from_five_seconds_to_five_minutes(self) -> None:
        rests = [poison.rest_after(failures).total_seconds() for failures in (1, 2, 3, 7, 8, 5_000)]

        assert rests == [5, 10, 20, 300, 300, 300]

    def test_pages_the_fallback_at_first_and_then_every_five_minutes(self) -> None:
        deputy = make.UserFactory()
        row = ring(make.policy(make.UserFactory(), fallback=[deputy]), about=1)
        spoil(row, {"fallback": [deputy.pk]})
        firings = []
        for _ in range(9):
            row.refresh_from_db()
            escalation.fire_due(at=row.next_at or NOON)
            firings.append(Escalation.objects.get(pk=row.pk).firing)

        assert firings == [1, 1, 1, 1, 1, 1, 2, 3, 4]
        entries = EscalationEntry.objects.filter(escalation=row, event="failed")
        assert entries.count() == 9
        assert all(entry.detail["error"] for entry in entries)


class TestLadder:
    @pytest.fixture
    def row(self) -> Escalation:
        return ring(make.policy(make.UserFactory()), about=1)

    def test_takes_the_frozen_fallback_first(self, row: Escalation) -> None:
        deputy, manager = make.UserFactory.create_batch(2)
        make_manager(manager, row)
        row.frozen_policy = {"fallback": [deputy.pk]}

        assert last_resort.people_for(row) == [deputy.pk]

    @pytest.mark.parametrize("fallback", [[], None, "x", ["x"], [True], [10**30], [None, {}]])
    def test_falls_to_the_teams_managers(self, row: Escalation, fallback: object) -> None:
        manager, responder, gone = make.UserFactory(), make.UserFactory(), make.UserFactory(is_active=False)
        make_manager(manager, row)
        make_manager(gone, row)
        make_manager(responder, row, role="responder")
        row.frozen_policy = {"fallback": fallback}

        assert last_resort.people_for(row) == [manager.pk]

    def test_passes_over_closed_accounts(self, row: Escalation) -> None:
        closed, manager = make.UserFactory(is_active=False), make.UserFactory()
        make_manager(manager, row)
        row.frozen_policy = {"fallback": [closed.pk]}

        assert last_resort.people_for(row) == [manager.pk]

    def test_falls_to_the_people_who_operate_holdfast(self, row: Escalation) -> None:
        operator, closed = make.UserFactory(), make.UserFactory(is_active=False)
        last_resort.register_operators(lambda: [closed.pk, operator.pk])
        row.frozen_policy = []

        assert last_resort.people_for(row) == [operator.pk]

    def test_ends_with_the_superusers(self, row: Escalation) -> None:
        superuser = make.UserFactory(is_superuser=True)
        row.frozen_policy = []

        assert last_resort.people_for(row) == [superuser.pk]

    def test_is_climbed_too_when_the_last_round_reaches_nobody(self) -> None:
        """R-E6: nobody on call never means silence, and a closed fallback is nobody."""
        closed, manager = make.UserFactory(is_active=False), make.UserFactory()
        team = Team.objects.create(name="Payments", slug="payments")
        Membership.objects.create(team=team, user=manager, role="manager")
        row = ring(make.policy(closed, fallback=[closed], team=team), about=1)

        escalation.fire_due(at=NOON)

        row.refresh_from_db()
        assert paged(row) == {manager}
        assert row.exhausted_at == NOON


class TestCost:
    def test_of_a_sound_batch_is_the_same_for_each_row(self) -> None:
        ana = make.UserFactory()
        counts = []
        for size in (1, 5):
            for number in range(size):
                ring(make.policy(ana), about=size * 100 + number)
            with CaptureQueriesContext(connection) as queries:
                escalation.fire_due(at=NOON)
            counts.append(len(queries))

        per_row = (counts[1] - counts[0]) / 4
        assert per_row <= 11
        assert counts[0] - per_row <= 4  # two of them are the savepoint that the engine does not need
