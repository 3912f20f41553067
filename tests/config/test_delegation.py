"""Managers of a team set up what belongs to their team, in the administration too, and nothing else (S2, S14)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.base.data import rights
from config.base.data.roles import Role
from incidents.models import Integration, Service
from oncall.models import EscalationPolicy, EscalationTarget, MembershipRole, Schedule, Team, User
from tests import factories as make
from tests.portal.sent_forms import SentForm, forms_of

pytestmark = pytest.mark.django_db
WHY = "The night shift has a person of its own"


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def mia() -> Any:
    """The manager of a team, who may not use the administration otherwise."""
    return make.MembershipFactory(role=MembershipRole.MANAGER, user__name="Mia", user__roles=[Role.MANAGER])


@pytest.fixture
def acting(client: Client, mia: Any) -> Client:
    client.force_login(mia.user)
    return client


def form_at(client: Client, address: str) -> SentForm:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[-800:]
    return next(form for form in forms_of(answer.content.decode()) if "change_reason" in form.fields)


class TestRoles:
    @pytest.mark.parametrize(
        "code",
        [
            "oncall.add_schedule", "oncall.change_schedule", "oncall.cover_schedule", "oncall.change_absence",
            "oncall.change_membership", "oncall.change_calendar", "oncall.change_escalationpolicy",
            "incidents.change_service", "incidents.add_service", "incidents.change_integration",
        ],
    )  # fmt: skip
    def test_of_managers_reach_only_their_own_team(self, mia: Any, code: str) -> None:
        assert not mia.user.has_perm(code)

    def test_of_managers_reach_their_own_team(self, mia: Any) -> None:
        own = EscalationPolicy(team=mia.team)
        service = Service(team=mia.team)

        assert mia.user.has_perm("oncall.change_schedule", Schedule(team=mia.team))
        assert mia.user.has_perm("oncall.change_escalationpolicy", own)
        assert mia.user.has_perm("incidents.add_integration", Integration(service=service))
        assert not mia.user.has_perm("oncall.change_escalationpolicy", EscalationPolicy(team=make.TeamFactory()))
        assert not mia.user.has_perm("incidents.add_integration", Integration())
        assert not mia.user.has_perm("oncall.delete_escalationpolicy", own)

    def test_never_give_more_than_those_have_who_put_people_into_a_team(self) -> None:
        centre = rights.codes_of(Role.ADMINISTRATOR)

        assert rights.codes_in_team(MembershipRole.MANAGER) <= centre


class TestAdministration:
    def test_opens_for_managers_of_a_team(self, acting: Client) -> None:
        task = reverse("admin-task", args=["paging"])

        page, below = acting.get("/admin/"), acting.get(task)

        assert page.status_code == 200
        assert task in page.content.decode()
        assert reverse("admin:oncall_escalationpolicy_changelist") in below.content.decode()
        assert reverse("admin:incidents_service_simulate") in below.content.decode()
        assert reverse("admin-changes") not in page.content.decode()  # it is for those of the centre

    @pytest.mark.parametrize("role", [MembershipRole.RESPONDER, MembershipRole.OBSERVER])
    def test_stays_closed_for_other_members(self, client: Client, role: str) -> None:
        client.force_login(make.MembershipFactory(role=role).user)

        assert client.get("/admin/").status_code == 302

    def test_closes_with_the_account(self, client: Client, mia: Any) -> None:
        client.force_login(mia.user)
        User.objects.filter(pk=mia.user_id).update(is_active=False)

        assert client.get("/admin/").status_code == 302

    def test_is_in_the_menu_of_those_who_may_open_it(self, client: Client, mia: Any) -> None:
        for person, is_there in ((mia.user, True), (make.UserFactory(roles=[Role.AGENT]), False)):
            client.force_login(person)
            assert (reverse("admin:index") in client.get("/who-can/").content.decode()) is is_there

    def test_hides_what_is_of_the_centre(self, acting: Client) -> None:
        severity = make.SeverityFactory()

        answer = acting.get(f"/admin/incidents/severity/{severity.pk}/change/")

        assert answer.status_code == 403
        assert "To set severities, ask: practice owners and administrators." in answer.content.decode()


class TestPolicies:
    def test_of_the_own_team_are_changed_down_to_their_targets(self, acting: Client, mia: Any) -> None:
        policy = make.policy(make.UserFactory(), fallback=[mia.user], team=mia.team)
        person, address = make.UserFactory(), url(EscalationPolicy, "change", policy.pk)
        form = form_at(acting, address)
        name = next(key for key in form.fields if key.endswith("targets-0-user"))

        answer = acting.post(address, form.data(**{name: str(person.pk), "repeat": "3"}, change_reason=WHY))

        assert answer.status_code == 302
        assert EscalationTarget.objects.get().user == person
        assert EscalationPolicy.objects.get().repeat == 3

    def test_are_added_for_the_own_team_only(self, acting: Client, mia: Any) -> None:
        other, address = make.TeamFactory(), url(EscalationPolicy, "add")
        typed = {
            "name": "Nights", "fallback": [str(mia.user_id)], "steps-TOTAL_FORMS": "1", "steps-0-position": "0",
            "steps-0-delay_minutes": "5", "steps-0-mode": "all", "steps-0-targets-TOTAL_FORMS": "1",
            "steps-0-targets-INITIAL_FORMS": "0",
            "steps-0-targets-0-user": str(make.person_with_phone("Ana Ruiz").pk),
        }  # fmt: skip

        refused = acting.post(address, form_at(acting, address).data(**typed, team=str(other.pk)))
        added = acting.post(address, form_at(acting, address).data(**typed, team=str(mia.team_id)))

        text = refused.content.decode()
        assert "You can do this only for a team that you manage." in text
        assert "To set escalation policies, ask: practice owners, administrators" in text
        assert added.status_code == 302
        assert EscalationPolicy.objects.get().team == mia.team

    def test_are_not_moved_to_another_team(self, acting: Client, mia: Any) -> None:
        policy = make.policy(fallback=[mia.user], team=mia.team)
        address = url(EscalationPolicy, "change", policy.pk)

        acting.post(address, form_at(acting, address).data(team=str(make.TeamFactory().pk), change_reason=WHY))

        assert EscalationPolicy.objects.get().team == mia.team

    def test_of_others_say_who_can_change_them(self, acting: Client) -> None:
        policy = make.policy(fallback=[make.UserFactory()])

        answer = acting.get(url(EscalationPolicy, "change", policy.pk))

        assert answer.status_code == 403
        assert "To set escalation policies, ask: practice owners, administrators" in answer.content.decode()

    def test_of_others_are_not_in_the_list(self, acting: Client, mia: Any) -> None:
        make.policy(fallback=[mia.user], team=mia.team, name="Own nights")
        make.policy(fallback=[mia.user], name="Their nights")

        page = acting.get(url(EscalationPolicy, "changelist")).content.decode()

        assert "Own nights" in page
        assert "Their nights" not in page

    def test_are_not_deleted_by_managers(self, acting: Client, mia: Any) -> None:
        policy = make.policy(fallback=[mia.user], team=mia.team)

        answer = acting.post(url(EscalationPolicy, "delete", policy.pk), {"post": "yes", "change_reason": WHY})

        assert answer.status_code == 403
        assert "To delete an escalation policy, ask: practice owners" in answer.content.decode()

    def test_that_do_not_exist_say_so(self, acting: Client) -> None:
        assert acting.get(url(EscalationPolicy, "change", 4711)).status_code == 302
        assert acting.get(url(EscalationPolicy, "change", "x")).status_code == 302


class TestChoices:
    def choices(self, client: Client, model: str, field: str, term: str) -> Any:
        query = {"term": term, "app_label": "oncall", "model_name": model, "field_name": field}
        return client.get(reverse("admin:autocomplete"), query)

    def test_offer_people_by_name(self, acting: Client) -> None:
        make.UserFactory(name="Vera Nowak", employee_number="4711")

        by_name = self.choices(acting, "escalationtarget", "user", "vera").json()["results"]
        by_number = self.choices(acting, "escalationtarget", "user", "4711").json()["results"]

        assert [row["text"].split(" <")[0] for row in by_name] == ["Vera Nowak"]
        assert by_number == []

    def test_offer_schedules_of_all_teams(self, acting: Client) -> None:
        make.ScheduleFactory(name="Platform nights")

        rows = self.choices(acting, "escalationtarget", "schedule", "Platform").json()["results"]

        assert [row["text"] for row in rows] == ["Platform nights"]

    def test_are_not_for_those_who_set_up_nothing(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.AGENT]))

        assert self.choices(client, "escalationtarget", "user", "a").status_code == 403

    def test_open_no_list(self, acting: Client) -> None:
        assert acting.get(url(User, "changelist")).status_code == 403
        assert acting.get(url(Team, "changelist")).status_code == 403


class TestIntegrations:
    def test_are_added_for_own_services(self, acting: Client, mia: Any) -> None:
        own, other = make.ServiceFactory(team=mia.team), make.ServiceFactory()
        severity = make.SeverityFactory()
        typed = {"name": "Prometheus", "kind": "alertmanager", "default_severity": severity.pk}

        page = acting.get("/integrations/new/").content.decode()
        refused = acting.post("/integrations/new/", typed | {"service": other.pk})
        acting.post("/integrations/new/", typed | {"service": own.pk})

        assert own.name in page
        assert other.name not in page
        assert refused.status_code == 422 or "Select a valid choice" in refused.content.decode()
        assert Integration.objects.get().service == own

    def test_of_other_teams_are_not_paused(self, acting: Client) -> None:
        row = make.IntegrationFactory()

        assert acting.post(f"/integrations/{row.pk}/pause/").status_code == 403
        assert Integration.objects.get().paused_at is None


class TestServices:
    def test_of_the_own_team_have_rows_that_managers_change(self, acting: Client, mia: Any) -> None:
        service, needed = make.ServiceFactory(team=mia.team), make.ServiceFactory()
        address = url(Service, "change", service.pk)
        rows = {"dependencies-TOTAL_FORMS": "1", "dependencies-0-needs": str(needed.pk)}
        rows["dependencies-0-service"] = str(service.pk)

        answer = acting.post(address, form_at(acting, address).data(**rows, change_reason=WHY))

        assert answer.status_code == 302
        assert service.dependencies.get().needs == needed
