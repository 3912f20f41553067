"""Sign-in and administration in a browser: they fit a phone and keep their content policies."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.urls import reverse

from incidents.models import Severity, Ticket
from oncall.models import EscalationPolicy, Schedule, Team, User
from tests.browser.conftest import take_shot

pytestmark = [pytest.mark.django_db(transaction=True)]


def visit(page: Any, *addresses: str) -> None:
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 200, address
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} scrolls sideways by {wide} px"


@pytest.mark.parametrize("width", [1360, 390])
class TestPages:
    def test_before_the_sign_in(self, open_page: Callable[..., Any], company: dict[str, Any], width: int) -> None:
        visit(open_page(width=width), "/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")

    def test_of_ones_own_account(self, open_page: Callable[..., Any], company: dict[str, Any], width: int) -> None:
        page = open_page(width=width, user=company["ana"])

        visit(page, reverse("mfa_index"), reverse("account_change_password"), reverse("account_logout"))

    def test_of_the_administration(self, open_page: Callable[..., Any], company: dict[str, Any], width: int) -> None:
        boss = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
        page = open_page(width=width, user=boss)
        policy = EscalationPolicy.objects.all()[0]
        # A select is as wide as its longest choice.
        for model in (Team, Schedule, User):
            model.objects.update(name=Concat(Value("Platform Engineering and Site Reliability "), "name"))

        visit(
            page,
            "/admin/",
            reverse("admin:oncall_user_changelist"),
            reverse("admin:oncall_user_change", args=[company["ana"].pk]),
            reverse("admin:incidents_severity_add"),
            reverse("admin:incidents_slatarget_add"),
            reverse("admin:incidents_incident_changelist"),
            reverse("admin:incidents_integration_add"),
            reverse("configuration"),
            reverse("admin:oncall_escalationpolicy_simulate", args=[policy.pk])
            + "?moment=2027-03-28T02:30&zone=Europe/Berlin",
            reverse("admin:incidents_service_simulate"),
            reverse("admin:postmortems_template_add"),
            reverse("admin-task", args=["system"]),
            reverse("admin-task", args=["paging"]),
            reverse("admin-records"),
            reverse("admin-changes"),
            reverse("admin:oncall_obligationrule_change", args=[company["obligation"].rule_id]),
        )
        if width > 1000:  # steps with their targets are a table in a table: a desk's work, wider than a phone
            visit(page, reverse("admin:oncall_escalationpolicy_change", args=[policy.pk]))

    def test_of_things_in_use(self, open_page: Callable[..., Any], company: dict[str, Any], width: int) -> None:
        boss = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
        page = open_page(width=width, user=boss)
        Ticket.objects.update(assignee=company["ana"])
        severity = Severity.objects.all()[0]
        team = Team.objects.get(slug="shop-platform")

        for name, address in {
            "in-use": reverse("admin:incidents_severity_delete", args=[severity.pk]),
            "retire": reverse("admin:oncall_team_retire", args=[team.pk]),
            "replace": reverse("admin:oncall_team_replace", args=[team.pk]),
            "close-account": reverse("admin:oncall_user_close", args=[company["ana"].pk]),
            "team": reverse("admin:oncall_team_change", args=[team.pk]),
        }.items():
            visit(page, address)
            take_shot(page, f"admin-{name}-{width}")


class TestRows:
    def test_are_added_by_a_button_and_saved(self, open_page: Callable[..., Any], company: dict[str, Any]) -> None:
        boss = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
        integration = company["integration"]
        page = open_page(user=boss)
        visit(page, reverse("admin:incidents_integration_change", args=[integration.pk]))

        page.get_by_label("The sender says, row 1").fill("fatal")
        page.get_by_label("Severity, row 1").select_option("SEV1")
        page.get_by_role("button", name="Add a row").click()
        page.get_by_label("The sender says, row 4").fill("page")
        page.get_by_label("Severity, row 4").select_option("SEV2")
        page.get_by_label("Why", exact=True).fill("New words")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/integration/")

        integration.refresh_from_db()
        assert integration.severities == {"fatal": "SEV1", "page": "SEV2"}

    def test_come_back_as_a_draft_unless_others_were_stored(
        self, open_page: Callable[..., Any], company: dict[str, Any]
    ) -> None:
        boss = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
        integration = company["integration"]
        address = reverse("admin:incidents_integration_change", args=[integration.pk])
        page = open_page(user=boss)
        visit(page, address)
        page.get_by_role("button", name="Add a row").click()
        page.get_by_label("The sender says, row 4").fill("page")

        visit(page, address)
        assert page.get_by_label("The sender says, row 4").input_value() == "page"

        integration.severities = {"fatal": "SEV1"}
        integration.save()
        visit(page, address)
        assert page.get_by_label("The sender says, row 1").input_value() == "fatal"
        assert page.get_by_label("The sender says, row 4").input_value() == ""
