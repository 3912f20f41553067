"""Things in use are not deleted: each kind says what uses it, with links, and offers what to do instead."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from config.base.data import uses
from config.base.web.admin import ConfigAdmin, FactAdmin
from incidents.models import Component, Service, Severity, StatusPage
from oncall.models import Calendar, EscalationPolicy, Team, User
from tests import factories as make

pytestmark = pytest.mark.django_db
Pair = tuple[models.Model, models.Model]


def _role() -> Pair:
    group = Group.objects.create(name="Night shift")
    person = make.UserFactory()
    person.groups.add(group)
    return group, person


def _team() -> Pair:
    service = make.ServiceFactory()
    return service.team, service


def _policy() -> Pair:
    policy = make.policy()
    service = make.ServiceFactory(escalation_policy=policy)
    return policy, service


def _severity() -> Pair:
    ticket = make.IncidentFactory()
    return ticket.severity, ticket


def _category() -> Pair:
    category = make.CategoryFactory(name="Payroll")
    return category, make.IncidentFactory(category="payroll")


def _service() -> Pair:
    ticket = make.IncidentFactory(service=make.ServiceFactory())
    return ticket.service, ticket


def _schedule() -> Pair:
    schedule = make.ScheduleFactory()
    policy = make.policy([schedule])
    return schedule, policy


def _calendar() -> Pair:
    calendar = make.CalendarFactory()
    return calendar, make.CalendarDateFactory(calendar=calendar)


def _template() -> Pair:
    postmortem = make.PostmortemFactory()
    return postmortem.template, postmortem


def _page() -> Pair:
    component = make.ComponentFactory()
    return component.page, component


def _component() -> Pair:
    group = make.ComponentFactory()
    return group, make.ComponentFactory(group=group, page=group.page)


def _integration() -> Pair:
    alert = make.AlertFactory()
    return alert.integration, alert


def _target() -> Pair:
    version = make.SlaTargetVersionFactory()
    return version.target, version


def _contact() -> Pair:
    contact = make.ContactFactory()
    return contact, make.IncidentFactory(requester=contact)


def _rule() -> Pair:
    obligation = make.ObligationFactory()
    return obligation.rule, obligation


IN_USE: dict[str, Callable[[], Pair]] = {
    "auth.Group": _role,
    "oncall.Team": _team,
    "oncall.EscalationPolicy": _policy,
    "oncall.Schedule": _schedule,
    "oncall.Calendar": _calendar,
    "oncall.ObligationRule": _rule,
    "incidents.Severity": _severity,
    "incidents.Category": _category,
    "incidents.Service": _service,
    "incidents.StatusPage": _page,
    "incidents.Component": _component,
    "incidents.Integration": _integration,
    "incidents.SlaTarget": _target,
    "incidents.Contact": _contact,
    "postmortems.Template": _template,
}
PARTS = {
    "oncall.ContactMethod": "its rules belong to the same person",
    "oncall.Membership": "nothing can name it",
    "oncall.NotificationRule": "nothing can name it",
    "oncall.CalendarVersion": "is withdrawn, not deleted",
    "oncall.User": "is closed, not deleted",
    "incidents.MessageTemplate": "its text is copied into each update",
    "incidents.ServiceDependency": "nothing can name it",
    "incidents.PriorityRule": "nothing can name it",
    "incidents.SlaTargetVersion": "is withdrawn, not deleted",
    "incidents.SlaAction": "lives and ends with its target",
}


def address(record: models.Model, page: str) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


class TestEveryKind:
    def test_has_a_case_or_a_reason(self) -> None:
        edited = {
            model._meta.label
            for model, page in admin.site._registry.items()
            if isinstance(page, ConfigAdmin) and not isinstance(page, FactAdmin)
        }

        assert edited == IN_USE.keys() | PARTS.keys()

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("label", IN_USE)
    def test_in_use_refuses_and_links_its_uses(self, client: Client, label: str) -> None:
        record, user = IN_USE[label]()

        for answer in (client.get(address(record, "delete")), client.post(address(record, "delete"), {"post": "yes"})):
            page = answer.content.decode()
            assert "is used by" in page
            assert escape(str(user)) in page
            assert "Yes, I" not in page
        assert answer.status_code == 409
        assert type(record)._default_manager.filter(pk=record.pk).exists()
        assert type(user)._default_manager.filter(pk=user.pk).exists()

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("label", IN_USE)
    def test_in_use_is_not_deleted_from_the_list(self, client: Client, label: str) -> None:
        record, _ = IN_USE[label]()
        rows = reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_changelist")

        answer = client.post(
            rows, {"action": "delete_selected", "_selected_action": [record.pk], "index": 0, "post": "yes"}
        )

        assert "Nothing was deleted" in answer.content.decode()
        assert address(record, "delete") in answer.content.decode()
        assert type(record)._default_manager.filter(pk=record.pk).exists()

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize(
        "factory",
        [
            make.TeamFactory, make.ServiceFactory, make.SeverityFactory, make.CalendarFactory, make.StatusPageFactory,
            make.ComponentFactory, make.IntegrationFactory, make.MessageTemplateFactory, make.ContactFactory,
            make.PostmortemTemplateFactory, make.ScheduleFactory, make.PolicyFactory, make.CategoryFactory,
        ],
    )  # fmt: skip
    def test_in_no_use_is_deleted(self, client: Client, factory: Callable[[], models.Model]) -> None:
        record = factory()

        question = client.get(address(record, "delete"))
        client.post(address(record, "delete"), {"post": "yes", "change_reason": "Made by mistake"})

        assert "is used by" not in question.content.decode()
        assert not type(record)._default_manager.filter(pk=record.pk).exists()


class TestUses:
    def test_are_named_only_to_those_who_may_see_them(self, client: Client) -> None:
        administrator = make.UserFactory(is_staff=True, roles=["Administrator"])
        service = make.ServiceFactory()
        make.IncidentFactory(service=service, title="Open to all")
        make.IncidentFactory(
            service=service, title="Hush hush", visibility="private", visibility_reason="A matter of staff"
        )
        client.force_login(administrator)

        page = client.get(address(service, "delete")).content.decode()

        assert "2 tickets" in page
        assert "Open to all" in page
        assert "Hush hush" not in page
        assert "and 1 that you may not see" in page

    def test_cost_the_same_for_one_row_and_for_many(self, boss: User) -> None:
        service = make.ServiceFactory()
        make.IncidentFactory(service=service)
        at = make.NOON
        with CaptureQueriesContext(connection) as few:
            uses.list_uses(service, reader=boss, at=at)
        make.IncidentFactory.create_batch(12, service=service)

        with CaptureQueriesContext(connection) as many:
            tallies = uses.list_uses(service, reader=boss, at=at)

        assert len(many) == len(few)
        [tally] = [tally for tally in tallies if tally.use.by == "incidents.Ticket"]
        assert (tally.total, len(tally.rows), tally.more) == (13, 10, 3)

    def test_follow_names_that_no_column_shows(self) -> None:
        severity = make.SeverityFactory(name="SEV2-Retail")
        make.IntegrationFactory(severities={"bad": "sev2-retail"})
        make.SlaTargetVersionFactory(conditions={"severity": [severity.pk]})

        texts = {tally.text for tally in uses.count_uses(severity)}

        assert texts == {"1 SLA target", "1 integration"}

    @pytest.mark.parametrize(
        "model", [Team, EscalationPolicy, Calendar, Service, Severity, StatusPage, Component, Group]
    )
    def test_are_declared_for_columns_that_exist(self, model: type[models.Model]) -> None:
        for use in uses.uses_of(model):
            record = model(pk=1)
            assert use.rows(record).count() == 0, use.key
