"""Closing an account with duties: what it opens is said before, and somebody takes it over with the same press."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data import retirement
from config.base.data.lifecycle import Refusal
from config.base.data.roles import Role
from incidents.models import TimelineEntry
from oncall.models import EscalationTarget, Notice, User
from oncall.people import leaving
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Any:
    return make.TeamFactory(name="Payments")


@pytest.fixture
def lena(team: Any) -> Any:
    return make.MembershipFactory(team=team, user__name="Lena", role="manager").user


@pytest.fixture
def ana(team: Any) -> Any:
    return make.MembershipFactory(team=team, user__name="Ana").user


def close(user: User, successor: User | None, **options: Any) -> User:
    defaults: dict[str, Any] = {"reason": "Left the company", "announced": None, "at": timezone.now(), "actor": None}
    return leaving.close_and_hand_over(user=user, successor=successor, **defaults | options)


class TestGaps:
    def test_open_where_nobody_else_is_on_call(self, ana: Any, team: Any) -> None:
        schedule = make.weekly_schedule(ana, team=team)
        at = timezone.now()

        [row] = leaving.list_gaps(user=ana, at=at)

        assert row.schedule == schedule
        assert row.gaps[0][0] <= at < row.gaps[0][1]

    def test_that_are_there_already_are_no_news(self, ana: Any, team: Any) -> None:
        make.weekly_schedule(make.UserFactory(is_active=False), ana, team=team)
        at = timezone.now()

        [row] = leaving.list_gaps(user=ana, at=at)
        others = sum((ends - starts for starts, ends in row.gaps), timedelta())

        assert timedelta(days=21) <= others <= timedelta(days=35)  # every second week of sixty days

    def test_do_not_open_for_somebody_on_no_rota(self, ana: Any) -> None:
        assert leaving.list_gaps(user=ana, at=timezone.now()) == []


class TestTakingOver:
    def test_gives_every_duty_to_the_successor(self, ana: Any, lena: Any, team: Any) -> None:
        ticket = make.IncidentFactory(team=team, assignee=ana)
        closed = make.IncidentFactory(team=team, assignee=ana, status="closed", closure_code="solved",
                                      closed_at=timezone.now())  # fmt: skip
        action = make.ActionItemFactory(owner=ana)
        task = make.ObligationFactory(owner=ana)
        policy = make.policy(ana, fallback=[ana])

        close(ana, lena)

        for row in (ticket, closed, action, task):
            row.refresh_from_db()
        assert (ticket.assignee, action.owner, task.owner) == (lena, lena, lena)
        assert closed.assignee == ana
        assert EscalationTarget.objects.get(step__policy=policy).user == lena
        assert list(policy.fallback.all()) == [lena]
        assert not User.objects.get(pk=ana.pk).is_active
        assert TimelineEntry.objects.filter(ticket=ticket, text="Assigned to Lena.").exists()

    def test_tells_the_successor_and_the_managers_of_rotas_with_gaps(self, ana: Any, lena: Any, team: Any) -> None:
        make.weekly_schedule(ana, team=team)
        make.IncidentFactory(team=team, assignee=ana)

        close(ana, lena)

        titles = set(Notice.objects.filter(user=lena).values_list("title", flat=True))
        assert "You take over from Ana" in titles
        assert any("has gaps now" in title for title in titles)

    def test_needs_somebody_if_there_are_duties(self, ana: Any) -> None:
        make.IncidentFactory(assignee=ana)

        with pytest.raises(Refusal, match="Choose who takes over from Ana"):
            close(ana, None)

        assert User.objects.get(pk=ana.pk).is_active

    def test_needs_nobody_without_duties(self, ana: Any) -> None:
        close(ana, None)

        assert not User.objects.get(pk=ana.pk).is_active

    @pytest.mark.parametrize("is_self", [True, False])
    def test_is_not_for_the_leaver_or_a_closed_account(self, ana: Any, is_self: bool) -> None:
        make.IncidentFactory(assignee=ana)

        with pytest.raises(Refusal, match="cannot take over"):
            close(ana, ana if is_self else make.UserFactory(is_active=False))

    def test_changes_nothing_if_there_is_more_than_was_announced(self, ana: Any, lena: Any) -> None:
        ticket = make.IncidentFactory(assignee=ana)
        announced = leaving.announced_duties(user=ana, at=timezone.now())
        make.IncidentFactory(assignee=ana)

        with pytest.raises(retirement.UsesChanged):
            close(ana, lena, announced=announced)

        ticket.refresh_from_db()
        assert ticket.assignee == ana


class TestPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client: Client) -> None:
        self.administrator = make.UserFactory(is_staff=True, roles=[Role.ADMINISTRATOR], name="Adam")
        client.force_login(self.administrator)

    def test_says_what_closing_opens_and_offers_the_manager(
        self, client: Client, ana: Any, lena: Any, team: Any
    ) -> None:
        schedule = make.weekly_schedule(ana, team=team)
        make.IncidentFactory(assignee=ana, title="Cards fail")
        hidden = make.IncidentFactory(assignee=ana, title="Hush", visibility="private", visibility_reason="Staff")
        make.ObligationFactory(owner=ana, title="Hush, too", subject_type="ticket", subject_id=hidden.pk)

        page = client.get(f"/admin/oncall/user/{ana.pk}/close/").content.decode()

        assert schedule.name in page
        assert "2 tickets" in page
        assert "Cards fail" in page
        assert "1 task" in page
        assert "Hush" not in page
        assert f'<option value="{lena.pk}" selected' in page

    def test_closes_and_hands_over(self, client: Client, ana: Any, lena: Any) -> None:
        ticket = make.IncidentFactory(assignee=ana)
        address = f"/admin/oncall/user/{ana.pk}/close/"
        announced = client.get(address).context["form"].initial["announced"]

        answer = client.post(
            address, {"successor": lena.pk, "reason": "Retired", "announced": json.dumps(announced)}, follow=True
        )

        assert "The account of Ana is closed." in answer.content.decode()
        ticket.refresh_from_db()
        assert ticket.assignee == lena

    def test_is_where_a_cleared_box_leads(self, client: Client, ana: Any) -> None:
        make.IncidentFactory(assignee=ana)
        inlines = ("memberships", "contact_methods", "notification_rules")
        data: dict[str, Any] = {f"{name}-{what}_FORMS": 0 for name in inlines for what in ("TOTAL", "INITIAL")}

        answer = client.post(
            f"/admin/oncall/user/{ana.pk}/change/",
            data | {"email": ana.email, "name": "Ana Silva", "time_zone": "UTC"},
        )

        assert answer.headers["Location"] == f"/admin/oncall/user/{ana.pk}/close/"
        ana.refresh_from_db()
        assert (ana.name, ana.is_active) == ("Ana Silva", True)

    def test_is_not_for_those_who_may_not_change_the_account(self, client: Client, lena: Any) -> None:
        superuser = make.UserFactory(is_superuser=True)
        assert client.get(f"/admin/oncall/user/{superuser.pk}/close/").status_code == 403

        client.force_login(make.UserFactory(is_staff=True, roles=[Role.AGENT]))
        assert client.get(f"/admin/oncall/user/{lena.pk}/close/").status_code in {302, 403, 404}

    def test_costs_the_same_for_one_duty_and_for_many(self, client: Client, ana: Any, lena: Any, team: Any) -> None:
        make.IncidentFactory(assignee=ana)
        make.weekly_schedule(ana, team=team)
        address = f"/admin/oncall/user/{ana.pk}/close/"
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        make.IncidentFactory.create_batch(12, assignee=ana)
        make.weekly_schedule(ana, team=team)

        with CaptureQueriesContext(connection) as many:
            client.get(address)

        assert len(many) == len(few)
