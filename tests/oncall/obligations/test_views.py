"""My tasks and the tasks of the team: pages, buttons, the API and the administration, each for its audience."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from oncall.models import Obligation, ObligationRule
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana", time_zone="Europe/Berlin")


@pytest.fixture
def signed_in(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


class TestLists:
    def test_show_my_tasks_and_those_of_my_team(self, signed_in: Client, ana: Any) -> None:
        team = make.MembershipFactory(user=ana).team
        make.ObligationFactory(owner=ana, title="Mine alone")
        make.ObligationFactory(team=team, title="A colleague's")
        make.ObligationFactory(title="A stranger's")

        own_page, team_page = signed_in.get("/tasks/").content.decode(), signed_in.get("/tasks/team/").content.decode()

        assert "Mine alone" in own_page
        assert "A colleague" not in own_page
        assert "A colleague" in team_page
        assert "Mine alone" not in team_page
        assert "A stranger" not in team_page

    def test_show_another_team_when_filtered(self, signed_in: Client) -> None:
        obligation = make.ObligationFactory(team__slug="other", title="Theirs")

        assert obligation.title in signed_in.get("/tasks/team/", {"team": "other"}).content.decode()

    def test_show_open_ones_unless_filtered(self, signed_in: Client, ana: Any, now: datetime) -> None:
        make.ObligationFactory(owner=ana, title="Long done", status="done", ended_at=now)

        assert "Long done" not in signed_in.get("/tasks/").content.decode()
        assert "Long done" in signed_in.get("/tasks/", {"status": "done"}).content.decode()

    def test_show_overdue_ones_in_red(self, signed_in: Client, ana: Any, now: datetime) -> None:
        make.ObligationFactory(owner=ana, title="Late", due_at=now - DAY)
        make.ObligationFactory(owner=ana, title="In time", due_at=now + DAY)

        page = signed_in.get("/tasks/").content.decode()
        overdue_page = signed_in.get("/tasks/", {"overdue": "true"}).content.decode()

        assert page.count('<span class="hf-chip is-red">Overdue') == 1
        assert "Late" in overdue_page
        assert "In time" not in overdue_page

    def test_hide_tasks_of_a_private_record(self, signed_in: Client, ana: Any) -> None:
        private = make.IncidentFactory(visibility="private", visibility_reason="HR")
        obligation = make.ObligationFactory(owner=ana, subject_id=private.pk, title="Secret")

        assert "Secret" not in signed_in.get("/tasks/").content.decode()
        assert signed_in.get(f"/tasks/{obligation.pk}/").status_code == 404
        assert signed_in.post(f"/tasks/{obligation.pk}/mark-done/").status_code == 404

    def test_are_counted_on_the_page_of_ones_work(self, signed_in: Client, ana: Any, now: datetime) -> None:
        make.ObligationFactory(owner=ana, due_at=now - DAY)
        make.ObligationFactory(owner=ana, due_at=now + DAY)

        assert 'Tasks <span class="hf-count">2</span>' in signed_in.get("/work/").content.decode()


class TestPage:
    def test_shows_the_rule_as_text(self, signed_in: Client, ana: Any) -> None:
        obligation = make.ObligationFactory(owner=ana)

        page = signed_in.get(f"/tasks/{obligation.pk}/").content.decode()

        assert "the review is due 5 days after it began" in page
        assert "No reminder has been sent yet." in page

    def test_needs_a_constant_number_of_queries(self, signed_in: Client, ana: Any) -> None:
        obligation = make.ObligationFactory(owner=ana)
        make.ReminderFactory(obligation=obligation)
        signed_in.get(f"/tasks/{obligation.pk}/")

        with CaptureQueriesContext(connection) as one_reminder:
            signed_in.get(f"/tasks/{obligation.pk}/")
        make.ReminderFactory.create_batch(9, obligation=obligation)
        with CaptureQueriesContext(connection) as ten_reminders:
            signed_in.get(f"/tasks/{obligation.pk}/")

        assert len(ten_reminders) == len(one_reminder)

    @pytest.mark.parametrize("kind", ["review", "postmortem"])
    def test_offers_the_possible_actions(self, signed_in: Client, ana: Any, kind: str) -> None:
        """A task that its record ends has no button here, because it would be refused."""
        obligation = make.ObligationFactory(owner=ana, rule__kind=kind, rule__dismissed_by="owner")

        page = signed_in.get(f"/tasks/{obligation.pk}/").content.decode()

        assert ("/mark-done/" in page) is (kind == "review")
        assert ("/postpone/" in page) is (kind == "review")
        assert "/dismiss/" in page

    def test_is_shown_on_its_records_page(self, signed_in: Client) -> None:
        incident = make.IncidentFactory()
        obligation = make.ObligationFactory(subject_id=incident.pk, title="Look at the logs again")

        page = signed_in.get(incident.get_absolute_url()).content.decode()

        assert "Look at the logs again" in page
        assert f"/tasks/{obligation.pk}/" in page

    def test_is_shown_on_its_services_page(self, signed_in: Client) -> None:
        service = make.ServiceFactory()
        make.ObligationFactory(subject_type="service", subject_id=service.pk, title="Close the gap", url="/")

        assert "Close the gap" in signed_in.get(service.get_absolute_url()).content.decode()


class TestButtons:
    def test_finish(self, signed_in: Client, ana: Any) -> None:
        obligation = make.ObligationFactory(owner=ana)

        signed_in.post(f"/tasks/{obligation.pk}/mark-done/")

        obligation.refresh_from_db()
        assert (obligation.status, obligation.ended_by) == ("done", ana)

    def test_dismiss_with_a_reason(self, signed_in: Client, ana: Any) -> None:
        obligation = make.ObligationFactory(owner=ana, rule__dismissed_by="owner")

        refused = signed_in.post(f"/tasks/{obligation.pk}/dismiss/", {"reason": ""})
        signed_in.post(f"/tasks/{obligation.pk}/dismiss/", {"reason": "Its service is gone"})

        assert refused.status_code == 422
        obligation.refresh_from_db()
        assert (obligation.status, obligation.reason) == ("dismissed", "Its service is gone")

    def test_postpone_in_the_readers_time_zone(self, signed_in: Client, ana: Any, now: datetime) -> None:
        obligation = make.ObligationFactory(owner=ana, rule__dismissed_by="owner", due_at=now)

        signed_in.post(f"/tasks/{obligation.pk}/postpone/", {"due_at": "2099-07-01T09:00", "reason": "Holidays"})

        obligation.refresh_from_db()
        assert obligation.due_at.isoformat() == "2099-07-01T07:00:00+00:00"

    @pytest.mark.parametrize("verb", ["mark-done", "dismiss", "postpone"])
    def test_are_not_for_strangers(self, signed_in: Client, verb: str) -> None:
        obligation = make.ObligationFactory()

        assert signed_in.post(f"/tasks/{obligation.pk}/{verb}/", {"reason": "x"}).status_code == 403
        obligation.refresh_from_db()
        assert obligation.is_open

    @pytest.mark.parametrize(
        ("by", "allowed"),
        [
            ("nobody", set()),
            ("owner", {"owner", "manager", "practice"}),
            ("manager", {"manager", "practice"}),
            ("practice", {"practice"}),
        ],
    )
    def test_dismissing_is_for_those_whom_the_rule_names(self, client: Client, by: str, allowed: set[str]) -> None:
        obligation = make.ObligationFactory(rule__dismissed_by=by)
        people = {
            "owner": obligation.owner,
            "manager": make.MembershipFactory(team=obligation.team, role="manager").user,
            "responder": make.MembershipFactory(team=obligation.team).user,
            "practice": make.UserFactory(roles=[Role.PRACTICE]),
        }

        may = set()
        for name, person in people.items():
            assert person is not None
            client.force_login(person)
            if client.get(f"/tasks/{obligation.pk}/dismiss/").status_code == 200:
                may.add(name)

        assert may == allowed


class TestApi:
    def test_completes_dismisses_and_postpones(self, ana: Any) -> None:
        rule = make.ObligationRuleFactory(dismissed_by="owner")
        first, second, third = make.ObligationFactory.create_batch(3, owner=ana, rule=rule, due_at=timezone.now())
        api, path = client_of(ana), "/api/v1/obligations/"

        done = api.post(f"{path}{first.pk}/mark_done/").json()
        dismissed = api.post(f"{path}{second.pk}/dismiss/", {"reason": "Gone"}, format="json").json()
        later = api.post(
            f"{path}{third.pk}/postpone/", {"due_at": "2099-01-01T00:00:00Z", "reason": "x"}, format="json"
        ).json()

        assert (done["status"], done["ended_by"]["name"]) == ("done", "Ana")
        assert (dismissed["status"], dismissed["reason"]) == ("dismissed", "Gone")
        assert (later["status"], later["due_at"]) == ("open", "2099-01-01T00:00:00Z")

    def test_says_why_not(self, ana: Any) -> None:
        obligation = make.ObligationFactory(kind="postmortem", owner=ana)

        answer = client_of(ana).post(f"/api/v1/obligations/{obligation.pk}/mark_done/")

        assert answer.status_code == 409
        assert "the postmortem is approved" in answer.json()["message"]

    def test_is_closed_to_those_who_may_not(self, ana: Any) -> None:
        obligation = make.ObligationFactory()

        assert client_of(ana).post(f"/api/v1/obligations/{obligation.pk}/mark_done/").status_code == 403
        assert (
            client_of(obligation.owner, scopes=["read"])
            .post(f"/api/v1/obligations/{obligation.pk}/mark_done/")
            .status_code
            == 403
        )

    def test_filters(self, ana: Any, now: datetime) -> None:
        overdue = make.ObligationFactory(owner=ana, due_at=now - DAY)
        make.ObligationFactory(owner=ana, due_at=now + DAY)

        unknown = client_of(ana).get("/api/v1/obligations/", {"owner": ana.pk, "overdue": "true", "kind": "review"})
        answer = client_of(ana).get("/api/v1/obligations/", {"owner": ana.pk, "overdue": "true"})

        assert unknown.status_code == 400  # a kind that is not registered is a typing error
        assert [row["id"] for row in answer.json()["results"]] == [overdue.pk]


class TestAdministration:
    def test_shows_a_rule_as_text(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_superuser=True, is_staff=True))
        rule = ObligationRule.objects.get(name="Postmortems")

        page = client.get(f"/admin/oncall/obligationrule/{rule.pk}/change/").content.decode()

        assert "the postmortem is due by the day that its severity gives" in page

    def test_plans_again_when_a_rule_is_saved(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_superuser=True, is_staff=True))
        rule = ObligationRule.objects.get(name="Postmortems")
        rule.reminders.all().delete()
        obligation = make.ObligationFactory(rule=rule, due_at=timezone.now() + 5 * DAY)

        answer = client.post(
            f"/admin/oncall/obligationrule/{rule.pk}/change/",
            {
                "name": rule.name, "kind": rule.kind, "position": 100, "is_active": "on", "amount": "", "unit": "days",
                "assigned_to": "record", "person": "", "dismissed_by": "manager", "dismissed_when": "any",
                "needs_reason": "on", "max_rank": "", "max_tier": "",
                "reminders-TOTAL_FORMS": 1, "reminders-INITIAL_FORMS": 0, "reminders-MIN_NUM_FORMS": 0,
                "reminders-MAX_NUM_FORMS": 1000, "reminders-0-amount": 1, "reminders-0-unit": "days",
                "reminders-0-side": "before", "reminders-0-whom": "owner", "reminders-0-rule": rule.pk,
                "change_reason": "Postmortems were late",
            },
        )  # fmt: skip

        assert answer.status_code == 302, answer.content.decode()
        obligation.refresh_from_db()
        assert obligation.next_reminder_at == obligation.due_at - DAY

    def test_refuses_a_rule_without_a_time_where_records_set_none(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_superuser=True, is_staff=True))

        page = client.post(
            "/admin/oncall/obligationrule/add/",
            {
                "name": "New", "kind": "known_error_review", "position": 1, "amount": "", "unit": "days",
                "assigned_to": "record", "dismissed_by": "manager", "dismissed_when": "any",
                "reminders-TOTAL_FORMS": 0, "reminders-INITIAL_FORMS": 0,
            },
        ).content.decode()  # fmt: skip

        assert "Enter within how long it must be done." in page

    @pytest.mark.parametrize("role", [Role.PRACTICE, Role.ADMINISTRATOR])
    def test_lets_practice_owners_edit_the_rules(self, client: Client, role: Role) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[role]))

        assert client.get("/admin/oncall/obligationrule/add/").status_code == 200
        assert client.get("/admin/oncall/obligation/").status_code == 200
        assert Obligation.objects.count() == 0
