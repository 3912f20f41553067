"""On call, teams, schedules, system health and a person's own page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.base.data.roles import Role
from oncall.access import tokens
from oncall.models import ApiToken, ContactMethod, NotificationRule
from oncall.people import contact_methods
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana Silva", time_zone="Europe/Lisbon")


@pytest.fixture
def signed_in(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


class TestOnCall:
    def test_names_who_is_on_call_in_both_zones(self, signed_in: Client, ana: Any) -> None:
        make.weekly_schedule(ana, name="Shop primary", zone="Europe/Berlin")

        page = signed_in.get("/on-call/").content.decode()

        assert "Ana Silva" in page
        assert "in Europe/Berlin" in page

    def test_shows_a_gap_clearly(self, signed_in: Client) -> None:
        make.ScheduleFactory(name="Empty")

        assert "Nobody is on call." in signed_in.get("/on-call/").content.decode()

    def test_names_whom_a_page_about_each_service_reaches(self, signed_in: Client, ana: Any) -> None:
        manager = make.UserFactory(name="Max Manager")
        team = make.TeamFactory()
        make.MembershipFactory(team=team, user=manager, role="manager")
        make.ServiceFactory(name="With", escalation_policy=make.policy(make.weekly_schedule(ana)))
        make.ServiceFactory(name="Without", team=team)

        page = signed_in.get("/on-call/").content.decode()

        assert "Max Manager" in page

    def test_needs_as_many_queries_for_ten_as_for_one(self, signed_in: Client, ana: Any) -> None:
        def add() -> None:
            schedule = make.weekly_schedule(ana, make.UserFactory())
            make.ServiceFactory(escalation_policy=make.policy(schedule, fallback=[ana]))

        add()
        signed_in.get("/on-call/")
        with CaptureQueriesContext(connection) as first_queries:
            signed_in.get("/on-call/")
        for _ in range(9):
            add()
        signed_in.get("/on-call/")
        with CaptureQueriesContext(connection) as second_queries:
            signed_in.get("/on-call/")

        assert len(first_queries) == len(second_queries)


class TestTeamAndSchedule:
    def test_show_the_coming_turns(self, signed_in: Client, ana: Any) -> None:
        schedule = make.weekly_schedule(ana, make.UserFactory(name="Bob Martin"), zone="Europe/Berlin")

        page = signed_in.get(schedule.get_absolute_url()).content.decode()

        assert page.count("Bob Martin") >= 4
        assert signed_in.get(schedule.team.get_absolute_url()).status_code == 200

    def test_show_a_schedule_without_versions(self, signed_in: Client) -> None:
        schedule = make.ScheduleFactory()

        page = signed_in.get(schedule.get_absolute_url()).content.decode()

        assert "Nobody is on call." in page

    def test_are_404_for_others(self, signed_in: Client) -> None:
        assert signed_in.get("/teams/none/").status_code == 404
        assert signed_in.get("/schedules/999999/").status_code == 404


class TestSystemHealth:
    def test_shows_that_the_engine_has_never_run(self, signed_in: Client) -> None:
        assert "No engine runs" in signed_in.get("/system-health/").content.decode()

    def test_shows_that_all_checks_pass(self, signed_in: Client) -> None:
        make.EngineLaneFactory(swept_at=timezone.now())

        page = signed_in.get("/system-health/").content.decode()

        assert "All checks pass." in page
        assert "Paging works" in page

    def test_sends_a_dead_letter_again_for_operators(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.COMMANDER]))
        ticket = make.IncidentFactory()
        escalation = make.EscalationFactory(subject_type="ticket", subject_id=ticket.pk)
        page = make.PageFactory(escalation=escalation, state="dead", ended_at=timezone.now())

        assert "Send again" in client.get("/system-health/").content.decode()
        client.post(f"/system-health/dead-letters/{page.pk}/resend/")
        client.post(f"/system-health/dead-letters/{page.pk}/resend/")

        page.refresh_from_db()
        assert page.state == "pending"

    def test_refuses_others(self, signed_in: Client) -> None:
        page = make.PageFactory(state="dead", ended_at=timezone.now())

        assert signed_in.post(f"/system-health/dead-letters/{page.pk}/discard/").status_code == 403


class TestMe:
    def test_adds_and_verifies_a_mail_address(self, signed_in: Client, ana: Any) -> None:
        signed_in.post("/me/reach/add/", {"kind": "email", "address": "ana@home.example"})
        method = ContactMethod.objects.get(user=ana)
        code = next(word for word in mail.outbox[0].body.replace(".", " ").split() if word.isdigit())

        wrong = signed_in.post(f"/me/reach/{method.pk}/verify/", {"code": "000000" if code != "000000" else "1"})
        right = signed_in.post(f"/me/reach/{method.pk}/verify/", {"code": f"{code[:3]} {code[3:]}"})

        assert wrong.status_code == 422
        assert right.status_code == 302
        method.refresh_from_db()
        assert method.verified_at is not None
        assert NotificationRule.objects.filter(user=ana).count() == 2

    def test_limits_wrong_codes(self, signed_in: Client, ana: Any) -> None:
        method = contact_methods.add(user=ana, kind="email", address="ana@home.example")

        answers = [
            signed_in.post(f"/me/reach/{method.pk}/verify/", {"code": str(n)}).content.decode() for n in range(7)
        ]

        assert "Too many wrong codes" in answers[-1]

    @pytest.mark.parametrize(
        ("kind", "address"), [("sms", "12"), ("email", "nobody"), ("webhook", "ftp://x"), ("pigeon", "coop")]
    )
    def test_refuses_an_invalid_address(self, signed_in: Client, kind: str, address: str) -> None:
        assert signed_in.post("/me/reach/add/", {"kind": kind, "address": address}).status_code == 422
        assert not ContactMethod.objects.exists()

    def test_keeps_the_last_contact_method_and_the_last_rule(self, signed_in: Client, ana: Any) -> None:
        rule = make.NotificationRuleFactory(contact_method__user=ana)

        signed_in.post(f"/me/reach/{rule.contact_method_id}/remove/")
        signed_in.post(f"/me/rules/{rule.pk}/remove/")

        assert ContactMethod.objects.filter(user=ana).exists()
        assert NotificationRule.objects.filter(user=ana).exists()

    def test_changes_nothing_of_others(self, signed_in: Client) -> None:
        rule = make.NotificationRuleFactory()
        token, _ = tokens.create_token(user=rule.user, name="Theirs", at=timezone.now())

        for address in (f"/me/reach/{rule.contact_method_id}/send/", f"/me/tokens/{token.pk}/revoke/"):
            assert signed_in.post(address).status_code == 404
        for kind, pk in (("reach", rule.contact_method_id), ("rules", rule.pk)):
            theirs, never = signed_in.post(f"/me/{kind}/{pk}/remove/"), signed_in.post(f"/me/{kind}/4711/remove/")
            assert theirs["Location"] == never["Location"] == "/me/"  # nobody learns which of the two it is

        assert NotificationRule.objects.filter(pk=rule.pk, contact_method=rule.contact_method_id).exists()
        token.refresh_from_db()
        assert token.revoked_at is None

    def test_shows_a_key_once_and_revokes_it(self, signed_in: Client, ana: Any) -> None:
        created_page = signed_in.post("/me/tokens/add/", {"name": "Backup", "scopes": ["read"]}).content.decode()
        token = ApiToken.objects.get(user=ana)
        later_page = signed_in.get("/me/").content.decode()
        signed_in.post(f"/me/tokens/{token.pk}/revoke/")

        assert f"{token.prefix}" in created_page
        assert created_page.count('class="secret"') == 1
        assert 'class="secret"' not in later_page
        token.refresh_from_db()
        assert token.revoked_at is not None

    def test_changes_the_time_zone(self, signed_in: Client, ana: Any) -> None:
        signed_in.post("/me/about/", {"name": "Ana S.", "time_zone": "America/Chicago", "country": "US"})

        ana.refresh_from_db()
        assert (ana.name, ana.time_zone) == ("Ana S.", "America/Chicago")


@pytest.mark.usefixtures("real_pulse")
class TestPulse:
    def test_is_red_when_the_engine_has_stopped(self, signed_in: Client) -> None:
        make.EngineLaneFactory(swept_at=timezone.now() - timedelta(minutes=5))

        assert "hf-pulse-link is-bad" in signed_in.get("/system-health/pulse/").content.decode()
