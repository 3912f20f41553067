"""The administration asks why: with every change of configuration, with deletions, and with the actions of lists."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from simple_history.utils import get_history_manager_for_model

from config.base.data.roles import Role
from config.base.web.admin import FactAdmin, HistoryAdmin
from config.base.web.admin_reasons import MISSING, MISSING_TO_ACT, MISSING_TO_DELETE
from incidents.models import Integration, Service, ServiceDependency
from oncall.models import (
    Calendar,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Membership,
    ServiceAccount,
    Team,
)
from tests import factories as make
from tests.portal.sent_forms import SentForm, forms_of

pytestmark = pytest.mark.django_db
WHY = "Retail has its own on-call now"
HISTORY_PAGES = [page for page in admin.site._registry.values() if isinstance(page, HistoryAdmin)]


def url(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def acting(client: Client) -> Client:
    client.force_login(make.UserFactory(name="Ana", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR]))
    return client


def form_at(client: Client, address: str) -> SentForm:
    """The form of a page of the administration that asks why."""
    page = client.get(address).content.decode()
    return next(form for form in forms_of(page) if "change_reason" in form.fields)


def newest(record: Any) -> Any:
    """The newest version of a record."""
    return record.history.first()


class TestEveryRecordWithAHistory:
    def test_has_a_page_that_asks_why(self) -> None:
        asking = {page.model for page in HISTORY_PAGES} | {ServiceAccount}
        without = [
            model._meta.label
            for model in admin.site._registry
            if hasattr(model._meta, "simple_history_manager_attribute")
            and model not in asking
            and not isinstance(admin.site._registry[model], FactAdmin)
        ]

        assert without == []

    @pytest.mark.parametrize("page", HISTORY_PAGES, ids=lambda page: page.model._meta.label)
    def test_is_asked_why_in_its_form(self, page: HistoryAdmin, rf: Any, acting: Client) -> None:
        request = rf.get("/")
        request.user = make.UserFactory(is_superuser=True, is_staff=True)

        assert "change_reason" in page.get_form(request)().fields
        assert get_history_manager_for_model(page.model) is not None


class TestForm:
    def test_refuses_a_change_without_a_reason_at_the_field(self, acting: Client) -> None:
        team = make.TeamFactory(name="Retail")
        address = url(Team, "change", team.pk)

        page = acting.post(address, form_at(acting, address).data(name="Retail Europe")).content.decode()

        assert MISSING in page
        assert 'value="Retail Europe"' in page
        assert Team.objects.get().name == "Retail"

    def test_keeps_the_reason_with_the_change(self, acting: Client) -> None:
        team = make.TeamFactory(name="Retail")
        address = url(Team, "change", team.pk)

        acting.post(address, form_at(acting, address).data(name="Retail Europe", change_reason=WHY))

        assert newest(team).name == "Retail Europe"
        assert newest(team).history_change_reason == WHY

    def test_without_a_change_needs_no_reason(self, acting: Client) -> None:
        team = make.TeamFactory()
        address = url(Team, "change", team.pk)

        assert acting.post(address, form_at(acting, address).data()).status_code == 302

    def test_of_a_new_record_needs_no_reason(self, acting: Client) -> None:
        address = url(Calendar, "add")

        acting.post(address, form_at(acting, address).data(name="Days"))

        assert newest(Calendar.objects.get()).history_change_reason is None

    def test_of_a_new_record_keeps_a_reason(self, acting: Client) -> None:
        address = url(Calendar, "add")

        acting.post(address, form_at(acting, address).data(name="Days", change_reason=WHY))

        assert newest(Calendar.objects.get()).history_change_reason == WHY

    def test_refuses_too_long_a_reason(self, acting: Client) -> None:
        team = make.TeamFactory(name="Retail")
        address = url(Team, "change", team.pk)

        acting.post(address, form_at(acting, address).data(name="Other", change_reason="x" * 101))

        assert Team.objects.get().name == "Retail"

    def test_shows_the_reason_as_plain_text(self, acting: Client) -> None:
        team = make.TeamFactory(name="Retail")
        address = url(Team, "change", team.pk)

        page = acting.post(address, form_at(acting, address).data(name="", change_reason="<script>1")).content.decode()

        assert "<script>1" not in page
        assert "&lt;script&gt;1" in page

    def test_does_not_ask_who_may_only_read(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.PRACTICE]))

        page = client.get(url(Team, "change", make.TeamFactory().pk)).content.decode()

        assert "change_reason" not in page


class TestRows:
    def test_of_a_record_are_a_change_that_needs_a_reason(self, acting: Client) -> None:
        member = make.MembershipFactory(role="responder")
        address = url(Team, "change", member.team_id)

        page = acting.post(address, form_at(acting, address).data(**{"memberships-0-role": "manager"}))

        assert MISSING in page.content.decode()
        assert Membership.objects.get().role == "responder"

    def test_have_the_reason_of_the_save(self, acting: Client) -> None:
        member = make.MembershipFactory(role="responder")
        address = url(Team, "change", member.team_id)

        acting.post(address, form_at(acting, address).data(**{"memberships-0-role": "manager"}, change_reason=WHY))

        assert newest(member).role == "manager"
        assert newest(member).history_change_reason == WHY

    def test_that_are_removed_have_it_too(self, acting: Client) -> None:
        needs = make.ServiceDependencyFactory()
        pk, address = needs.pk, url(Service, "change", needs.service_id)

        acting.post(address, form_at(acting, address).data(**{"dependencies-0-DELETE": "on"}, change_reason=WHY))

        gone = ServiceDependency.history.get(id=pk, history_type="-")
        assert gone.history_change_reason == WHY

    def test_below_rows_have_it_too(self, acting: Client) -> None:
        policy = make.policy(make.UserFactory(), fallback=[make.UserFactory()])
        target, person = EscalationTarget.objects.get(), make.UserFactory()
        address = url(EscalationPolicy, "change", policy.pk)
        form = form_at(acting, address)
        name = next(key for key in form.fields if key.endswith("targets-0-user"))
        typed = {name: str(person.pk), name.replace("user", "schedule"): "", name.replace("user", "team"): ""}

        refused = acting.post(address, form.data(**typed)).content.decode()
        acting.post(address, form.data(**typed, change_reason=WHY))

        assert MISSING in refused
        target.refresh_from_db()
        assert target.user == person
        assert newest(target).history_change_reason == WHY


class TestDelete:
    def test_asks_again_without_a_reason(self, acting: Client) -> None:
        calendar = make.CalendarFactory()
        address = url(Calendar, "delete", calendar.pk)

        answer = acting.post(address, form_at(acting, address).data())

        assert MISSING_TO_DELETE in answer.content.decode()
        assert Calendar.objects.exists()

    def test_keeps_the_reason(self, acting: Client) -> None:
        calendar = make.CalendarFactory()
        pk, address = calendar.pk, url(Calendar, "delete", calendar.pk)

        acting.post(address, form_at(acting, address).data(change_reason=WHY))

        assert Calendar.history.get(id=pk, history_type="-").history_change_reason == WHY

    def test_of_several_keeps_it_with_each(self, acting: Client) -> None:
        rows = [str(make.CalendarFactory().pk) for _ in range(2)]
        address = url(Calendar, "changelist")
        answer = acting.post(address, {"action": "delete_selected", "_selected_action": rows})
        form = next(form for form in forms_of(answer.content.decode()) if form.fields.get("post") == ["yes"])

        acting.post(address, form.data(change_reason=WHY))

        versions = Calendar.history.filter(history_type="-")
        assert [version.history_change_reason for version in versions] == [WHY, WHY]


class TestActions:
    def test_need_a_reason(self, acting: Client) -> None:
        row = make.IntegrationFactory()

        answer = acting.post(url(Integration, "changelist"), {"action": "pause", "_selected_action": [str(row.pk)]})

        assert MISSING_TO_ACT in [str(message) for message in get_messages(answer.wsgi_request)]
        assert Integration.objects.get().paused_at is None

    def test_keep_it(self, acting: Client) -> None:
        row = make.IntegrationFactory()
        data = {"action": "pause", "_selected_action": [str(row.pk)], "change_reason": WHY}

        acting.post(url(Integration, "changelist"), data)

        assert newest(row).paused_at is not None
        assert newest(row).history_change_reason == f"Paused. {WHY}"

    def test_ask_beside_the_choice(self, acting: Client) -> None:
        make.IntegrationFactory()

        page = acting.get(url(Integration, "changelist")).content.decode()

        assert any("change_reason" in form.fields and "action" in form.fields for form in forms_of(page))


class TestModels:
    def test_of_policies_keep_a_history_down_to_their_targets(self) -> None:
        assert all(hasattr(model, "history") for model in (EscalationPolicy, EscalationStep, EscalationTarget))
