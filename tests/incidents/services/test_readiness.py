"""Readiness of services (S19, S39): each check, its obligation, when it runs again, and where it is shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents.models import ServiceReadiness
from incidents.services import readiness
from incidents.services.obligations import READINESS
from oncall import obligations, signals
from oncall.models import ContactMethod, EscalationPolicy, Membership, MembershipRole, Obligation, User
from oncall.obligations import rules
from oncall.people import contact_methods, members
from oncall.readiness.policy_checks import CONTACT, GAP, INACTIVE, LEVEL_2, TRAINED, WAKE_TEST
from oncall.schedules import editing
from oncall.schedules.drafts import LayerDraft
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def _person(team: Any, name: str, **fields: Any) -> Any:
    """A person who passes every check."""
    person = make.UserFactory(name=name)
    make.MembershipFactory(team=team, user=person, trained_on=date(2026, 1, 1), **fields)
    make.ContactMethodFactory(user=person)
    make.WakeTestFactory(user=person, sent_at=NOON - timedelta(days=1), passed_at=NOON - timedelta(days=1))
    return person


@pytest.fixture
def team() -> Any:
    return make.TeamFactory(name="Shop", slug="shop")


@pytest.fixture
def manager(team: Any) -> Any:
    return _person(team, "Mia", role=MembershipRole.MANAGER)


@pytest.fixture
def ana(team: Any) -> Any:
    return _person(team, "Ana")


@pytest.fixture
def schedule(team: Any, ana: Any) -> Any:
    return make.weekly_schedule(ana, _person(team, "Bob"), team=team, name="Shop primary")


@pytest.fixture
def service(team: Any, schedule: Any, manager: Any) -> Any:
    policy = make.policy(schedule, manager, fallback=[manager], team=team, name="Shop day and night")
    return make.ServiceFactory(name="Checkout", slug="checkout", team=team, tier=1, escalation_policy=policy)


@pytest.fixture
def rule() -> Any:
    rules.write_default_rules()


def _failing(service: Any, at: datetime = NOON) -> dict[str, str]:
    service.refresh_from_db()
    return {item.code: item.wrong for item in readiness.run_checks([service], at=at)[service.pk] if not item.is_passed}


class TestChecks:
    def test_pass_for_a_service_that_is_ready(self, service: Any) -> None:
        assert _failing(service) == {}

    def test_fail_on_a_gap_in_the_first_step_within_30_days(self, service: Any, schedule: Any) -> None:
        _empty_from(schedule, NOON + timedelta(days=29))

        assert "reaches nobody from Tue 30 Jun 2026, 12:00 UTC on" in _failing(service)[GAP]

    def test_pass_with_a_gap_that_lies_further_ahead(self, service: Any, schedule: Any) -> None:
        _empty_from(schedule, NOON + timedelta(days=31))

        assert _failing(service) == {}

    def test_pass_with_a_gap_that_somebody_else_of_the_step_covers(
        self, service: Any, schedule: Any, ana: Any
    ) -> None:
        _empty_from(schedule, NOON)
        step = service.escalation_policy.steps.order_by("position").first()
        step.targets.create(user=ana)

        assert GAP not in _failing(service)

    def test_fail_on_a_schedule_that_never_had_a_version(self, service: Any, team: Any, manager: Any) -> None:
        service.escalation_policy = make.policy(
            make.ScheduleFactory(team=team), manager, fallback=[manager], team=team
        )
        service.save()

        assert set(_failing(service)) == {GAP}

    def test_fail_on_a_person_without_a_proven_contact_method(self, service: Any, ana: Any) -> None:
        ContactMethod.objects.filter(user=ana).update(verified_at=None)

        assert _failing(service) == {
            CONTACT: "Ana has no verified contact method: ask this person to add one under My profile."
        }

    def test_fail_on_a_closed_account_in_the_rotation(self, service: Any, ana: Any) -> None:
        User.objects.filter(pk=ana.pk).update(is_active=False)

        failing = _failing(service)

        assert set(failing) == {GAP, INACTIVE}  # the turn of a closed account is silent, too
        assert "Ana has a closed account" in failing[INACTIVE]

    @pytest.mark.parametrize("trained_on", [None, date(2026, 6, 2)])
    def test_fail_on_an_untrained_person_on_the_rota(self, service: Any, ana: Any, trained_on: Any) -> None:
        """S18: people who are not trained are flagged when they are put on the rota."""
        Membership.objects.filter(user=ana).update(trained_on=trained_on)

        assert _failing(service) == {TRAINED: "Ana is on the rota and not trained yet."}

    def test_fail_on_a_wake_test_older_than_90_days(self, service: Any, ana: Any) -> None:
        assert WAKE_TEST not in _failing(service, NOON + timedelta(days=88))
        ana.wake_tests.update(passed_at=NOON - timedelta(days=90), sent_at=NOON - timedelta(days=90))

        assert "Ana passed no wake test" in _failing(service)[WAKE_TEST]

    def test_fail_without_a_second_level(self, service: Any) -> None:
        service.escalation_policy.steps.order_by("position").last().delete()

        assert set(_failing(service)) == {LEVEL_2}

    def test_fail_without_an_owner_who_answers(self, service: Any, manager: Any) -> None:
        Membership.objects.filter(user=manager).update(role=MembershipRole.RESPONDER)

        assert set(_failing(service)) == {readiness.OWNER}

    def test_fail_without_a_policy(self, service: Any) -> None:
        service.escalation_policy = None
        service.save()

        failing = _failing(service)

        assert set(failing) == set(readiness.TITLES) - {readiness.OWNER}
        assert "has an escalation policy. Choose one" in failing[readiness.POLICY]

    def test_take_the_teams_policy_for_a_service_without_its_own(self, service: Any, team: Any) -> None:
        team.escalation_policy = service.escalation_policy
        team.save()
        service.escalation_policy = None
        service.save()

        assert _failing(service) == {}

    def test_name_several_people_and_no_more_than_five(self, service: Any, team: Any, manager: Any) -> None:
        people = [make.UserFactory(name=f"P{n}") for n in range(7)]
        service.escalation_policy = make.policy(people, manager, fallback=[manager], team=team)
        service.save()

        assert _failing(service)[CONTACT].startswith("P0, P1, P2, P3, P4 and 2 more have no verified contact method")

    def test_ask_as_many_questions_for_many_as_for_one(self, service: Any, team: Any, manager: Any) -> None:
        with CaptureQueriesContext(connection) as for_one:
            readiness.run_checks([service], at=NOON)
        services = [service]
        for _ in range(5):
            another_team = make.TeamFactory()
            schedule = make.weekly_schedule(_person(another_team, "X"), _person(another_team, "Y"), team=another_team)
            policy = make.policy([schedule, another_team], manager, fallback=[manager], team=another_team)
            services.append(make.ServiceFactory(team=another_team, escalation_policy=policy))

        with CaptureQueriesContext(connection) as for_many:
            items = readiness.run_checks(services, at=NOON)

        assert len(items) == 6
        assert len(for_many) == len(for_one) + 1  # a policy that pages a team


class TestSweep:
    def test_checks_new_services_and_then_every_night(self, service: Any) -> None:
        assert readiness.check_due(at=NOON) == 1
        assert readiness.check_due(at=NOON + HOUR) == 0

        row = ServiceReadiness.objects.get()
        assert (row.passed, row.total, row.score) == (8, 8, 100)
        assert row.due_at == datetime(2026, 6, 2, 2, tzinfo=UTC)
        assert readiness.check_due(at=row.due_at) == 1

    def test_creates_an_obligation_of_the_manager_and_completes_it_when_it_passes(
        self, rule: Any, service: Any, ana: Any, manager: Any
    ) -> None:
        make.WakeTestFactory._meta.model.objects.filter(user=ana).delete()
        readiness.check_due(at=NOON)

        obligation = Obligation.objects.get()
        assert (obligation.kind, obligation.occurrence, obligation.owner) == (READINESS, WAKE_TEST, manager)
        assert (obligation.subject_type, obligation.subject_id, obligation.url) == (
            "service",
            service.pk,
            "/services/checkout/",
        )
        assert obligation.title.startswith("Checkout: Ana passed no wake test")

        make.WakeTestFactory(user=ana)
        readiness.check_due(at=NOON + timedelta(days=1))
        obligation.refresh_from_db()
        assert obligation.status == "done"

    def test_creates_one_obligation_however_often_it_checks(self, rule: Any, service: Any, ana: Any) -> None:
        ContactMethod.objects.filter(user=ana).delete()
        for day in range(3):
            readiness.check_due(at=NOON + timedelta(days=day))

        assert list(Obligation.objects.values_list("occurrence", flat=True)) == [CONTACT]

    def test_reopens_the_obligation_when_it_fails_again(self, rule: Any, service: Any, ana: Any) -> None:
        Membership.objects.filter(user=ana).update(trained_on=None)
        readiness.check_due(at=NOON)
        Membership.objects.filter(user=ana).update(trained_on=date(2026, 6, 1))
        readiness.check_due(at=NOON + timedelta(days=1))
        Membership.objects.filter(user=ana).update(trained_on=None)
        readiness.check_due(at=NOON + timedelta(days=2))

        assert Obligation.objects.get().status == "open"

    def test_leaves_dismissed_what_a_person_dismissed(self, rule: Any, service: Any, ana: Any, manager: Any) -> None:
        Membership.objects.filter(user=ana).update(trained_on=None)
        readiness.check_due(at=NOON)
        obligation = Obligation.objects.get()
        obligations.dismiss(obligation_id=obligation.pk, reason="She leaves soon.", actor=manager, at=NOON)
        readiness.check_due(at=NOON + timedelta(days=1))

        obligation.refresh_from_db()
        assert obligation.status == "dismissed"

    def test_requires_only_the_policy_where_it_is_missing(self, rule: Any, service: Any, ana: Any) -> None:
        Membership.objects.filter(user=ana).update(trained_on=None)
        readiness.check_due(at=NOON)
        service.escalation_policy = None
        service.save()
        readiness.check_due(at=NOON + timedelta(days=1))

        assert dict(Obligation.objects.values_list("occurrence", "status")) == {
            TRAINED: "withdrawn", readiness.POLICY: "open",
        }  # fmt: skip


class TestChangesAreCheckedAgain:
    @pytest.fixture(autouse=True)
    def checked(self, service: Any) -> None:
        readiness.check_due(at=NOON)

    def _is_due(self) -> bool:
        return ServiceReadiness.objects.filter(due_at__lte=NOON + HOUR).exists()

    def test_a_new_version(self, schedule: Any, ana: Any) -> None:
        _save_version(schedule, [(ana.pk,)], effective_from=NOON + 5 * HOUR)

        assert self._is_due()

    def test_a_contact_method(self, ana: Any) -> None:
        method = make.ContactMethodFactory(user=ana, verified_at=None)
        contact_methods.verify(method=method, code=contact_methods._code(method, NOON + HOUR, 0), at=NOON + HOUR)

        assert self._is_due()

    def test_a_member(self, ana: Any) -> None:
        row = ana.memberships.get()
        members.change_member(membership_id=row.pk, fte=row.fte, trained_on=None, at=NOON + HOUR)

        assert self._is_due()

    def test_a_policy_in_the_administration(self, service: Any) -> None:
        page = admin.site._registry[EscalationPolicy]
        form = type("Form", (), {"instance": service.escalation_policy, "save_m2m": lambda self: None})()

        page.save_related(RequestFactory().post("/"), form, [], change=True)

        assert ServiceReadiness.objects.get().due_at != datetime(2026, 6, 2, 2, tzinfo=UTC)

    def test_but_not_what_reaches_others(self) -> None:
        signals.send_reachability_changed(
            at=NOON + HOUR, schedules=[make.ScheduleFactory().pk], users=[make.UserFactory().pk],
            policies=[make.PolicyFactory().pk], teams=[make.TeamFactory().pk],
        )  # fmt: skip

        assert not self._is_due()


class TestPages:
    @pytest.fixture
    def reader(self, client: Client) -> Client:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        return client

    def test_show_the_score_and_link_to_the_fix(
        self, reader: Client, service: Any, ana: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        Membership.objects.filter(user=ana).update(trained_on=None)
        assert b"Not checked yet" in reader.get("/services/checkout/").content

        monkeypatch.setattr("config.base.web.views.database_now", lambda: NOON)
        reader.post("/services/checkout/check/")
        page = reader.get("/services/checkout/").content.decode()

        assert "87 %, 7 of 8" in page
        assert '<a href="/teams/shop/">Everybody on the rota is trained for on-call</a>' in page

    def test_list_the_least_ready_first(self, reader: Client, service: Any) -> None:
        make.ServiceFactory(name="Search", slug="search")
        readiness.check_due(at=NOON)

        page = reader.get("/readiness/").content.decode()
        narrowed = reader.get("/readiness/", {"failing": readiness.POLICY}).content.decode()

        assert page.index("/services/search/") < page.index("/services/checkout/")
        assert "/services/search/" in narrowed
        assert "/services/checkout/" not in narrowed

    def test_check_only_for_those_who_act(self, client: Client, service: Any) -> None:
        client.force_login(make.UserFactory())

        assert client.post("/services/checkout/check/").status_code == 403


def _save_version(schedule: Any, slots: Any, *, effective_from: datetime) -> None:
    editing.save_version(
        schedule=schedule, layers=[LayerDraft(anchor="2026-01-05T09:00", slots=slots)], time_zone="UTC",
        effective_from=effective_from, actor=None, at=NOON + HOUR, origin="case",
    )  # fmt: skip


def _empty_from(schedule: Any, moment: datetime) -> None:
    schedule.versions.create(
        created_at=NOON - timedelta(days=1), effective_from=moment, time_zone="UTC", origin="case"
    )
