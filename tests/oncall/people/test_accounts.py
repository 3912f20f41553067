"""Closing an account: sign-in and on-call duty end together, the past stays, lower layers cover (R-V6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from config.base.data.clock import floor_minute
from oncall import schedules
from oncall.models import Deactivation, Layer, LayerMember, User
from oncall.people import accounts
from tests import factories as make

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def schedule(ana: Any) -> Any:
    """Ana is on call; Ben is in a lower layer."""
    schedule = make.weekly_schedule(ana)
    below = Layer.objects.create(
        version=schedule.versions.get(), anchor="2026-01-05T09:00", unit="week", length=1, slots=1, priority=-1
    )
    LayerMember.objects.create(layer=below, slot=0, user=make.UserFactory(name="Ben"))
    return schedule


def on_call(schedule: Any, at: Any) -> list[str]:
    [roster] = schedules.load_at(at, ids=[schedule.pk])
    return [person.name for person in schedules.on_call(roster, at=at).users]


class TestClosing:
    def test_keeps_the_past_and_lets_lower_layers_cover(self, ana: Any, schedule: Any) -> None:
        at = timezone.now()

        accounts.close_account(user=ana, at=at, actor=None)

        assert on_call(schedule, floor_minute(at) - MINUTE) == ["Ana"]
        assert on_call(schedule, at) == ["Ben"]
        assert on_call(schedule, at + timedelta(days=30)) == ["Ben"]
        assert not User.objects.get(pk=ana.pk).is_active

    def test_twice_changes_nothing(self, ana: Any) -> None:
        at = timezone.now()

        for later in (at, at + 5 * MINUTE):
            accounts.close_account(user=ana, at=later, actor=None)

        assert Deactivation.objects.get().starts_at == floor_minute(at)

    def test_ends_when_it_is_opened_again(self, ana: Any, schedule: Any) -> None:
        actor, at = make.UserFactory(), timezone.now()
        accounts.close_account(user=ana, at=at, actor=actor)

        accounts.reopen_account(user=ana, at=at + 5 * MINUTE, actor=actor)

        assert on_call(schedule, at + 4 * MINUTE) == ["Ben"]
        assert on_call(schedule, at + 5 * MINUTE) == ["Ana"]
        row = Deactivation.objects.get()
        assert (row.closed_by, row.reopened_by) == (actor, actor)

    def test_can_happen_again(self, ana: Any) -> None:
        at = timezone.now()
        for _ in range(2):
            accounts.close_account(user=ana, at=at, actor=None)
            accounts.reopen_account(user=ana, at=at, actor=None)

        assert Deactivation.objects.count() == 2


class TestAdministration:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client: Client) -> None:
        self.root = make.UserFactory(is_staff=True, is_superuser=True)
        self.client = client
        client.force_login(self.root)

    def save(self, person: User, **changed: Any) -> Any:
        inlines = ("memberships", "contact_methods", "notification_rules")
        data: dict[str, Any] = {f"{name}-{what}_FORMS": 0 for name in inlines for what in ("TOTAL", "INITIAL")}
        data |= {"email": person.email, "name": person.name, "time_zone": "UTC", "is_active": "on"} | changed
        return self.client.post(f"/admin/oncall/user/{person.pk}/change/", {k: v for k, v in data.items() if v != ""})

    def test_closes_and_opens_with_a_date(self, ana: Any) -> None:
        assert self.save(ana, is_active="").status_code == 302
        row = Deactivation.objects.get()
        assert (row.user, row.closed_by, row.ends_at) == (ana, self.root, None)

        ana.refresh_from_db()
        assert self.save(ana).status_code == 302
        row.refresh_from_db()
        assert row.ends_at is not None
        assert User.objects.get(pk=ana.pk).is_active

    def test_does_not_date_what_did_not_change(self, ana: Any) -> None:
        self.save(ana, name="Ana Silva")

        assert not Deactivation.objects.exists()

    def test_refuses_kindly_to_delete(self, ana: Any) -> None:
        answer = self.client.post(f"/admin/oncall/user/{ana.pk}/delete/", {"post": "yes"}, follow=True)

        assert answer.status_code == 200
        assert "Accounts are closed, not deleted" in answer.content.decode()
        assert User.objects.filter(pk=ana.pk).exists()


def test_the_database_keeps_whom_history_needs(ana: Any, schedule: Any) -> None:
    with pytest.raises(ProtectedError):
        ana.delete()
