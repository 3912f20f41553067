"""Deleting in the administration, and the actions of its lists: once, and only what the reader saw."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from config.base.web.admin_actions import GuardedActions
from incidents.integrations import lifecycle
from incidents.models import Integration, Severity, SlaTargetVersion
from oncall.access import service_accounts
from oncall.models import ApiToken, Calendar, CalendarVersion, Page, ServiceAccount, Team
from tests import factories as make
from tests.config.test_admin_guards import OURS, url
from tests.portal.sent_forms import SentForm, forms_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db: None) -> Any:
    return make.UserFactory(name="Ana", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR])


@pytest.fixture
def acting(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


def question(client: Client, address: str) -> SentForm:
    """The form of the page that asks before deleting one record."""
    return _question_in(client.get(address).content.decode())


def _question_in(page: str) -> SentForm:
    form = next(form for form in forms_of(page) if form.fields.get("post") == ["yes"])
    if "change_reason" in form.fields:
        form.fields["change_reason"] = ["As agreed in the review"]
    return form


def texts(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def pressed(client: Client, model: Any, action: str, *rows: Any) -> dict[str, Any]:
    """What the list sends for an action on these rows."""
    page = client.get(url(model, "changelist")).content.decode()
    form = next(form for form in forms_of(page) if "action" in form.fields)
    reason = {"change_reason": "As agreed in the review"} if "change_reason" in form.fields else {}
    return form.data(action=action, _selected_action=[str(row.pk) for row in rows], **reason)


class TestGuards:
    def test_stand_before_everything_that_can_be_deleted(self) -> None:
        without = [
            model._meta.label
            for model, page in admin.site._registry.items()
            if model._meta.app_label in OURS and not isinstance(page, GuardedActions)
        ]

        assert without == []


class TestDelete:
    def test_twice_leads_twice_to_the_list(self, acting: Client) -> None:
        calendar = make.CalendarFactory()
        address = url(Calendar, "delete", calendar.pk)
        data = question(acting, address).data()

        first, again, without_key = (
            acting.post(address, data),
            acting.post(address, data),
            acting.post(address, {"post": "yes"}),
        )

        assert not Calendar.objects.exists()
        assert {first["Location"], again["Location"], without_key["Location"]} == {url(Calendar, "changelist")}
        assert "It was done once." in texts(again)
        assert "already deleted" in texts(without_key)

    def test_asks_again_when_the_record_has_changed(self, acting: Client) -> None:
        team = make.TeamFactory(name="Old")
        address = url(Team, "delete", team.pk)
        data = question(acting, address).data()
        Team.objects.filter(pk=team.pk).update(name="New name")

        refused = acting.post(address, data)
        page = refused.content.decode()

        assert "name is now New name" in page
        assert Team.objects.filter(pk=team.pk).exists()
        assert acting.post(address, _question_in(page).data()).status_code == 302
        assert not Team.objects.filter(pk=team.pk).exists()

    def test_asks_again_when_more_would_go_with_it(self, acting: Client) -> None:
        team = make.TeamFactory()
        address = url(Team, "delete", team.pk)
        data = question(acting, address).data()
        make.MembershipFactory(team=team)

        page = acting.post(address, data).content.decode()

        assert "it would delete 1 memberships, not 0" in page
        assert Team.objects.filter(pk=team.pk).exists()

    def test_of_what_is_gone_needs_the_right_too(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.AGENT]))

        assert client.post(url(Calendar, "delete", 4711), {"post": "yes"}).status_code == 403


class TestDeleteSelected:
    def question_for(self, client: Client, *rows: Any) -> dict[str, Any]:
        answer = client.post(url(Calendar, "changelist"), pressed(client, Calendar, "delete_selected", *rows))
        return _question_in(answer.content.decode()).data()

    def test_twice_deletes_once_and_says_so(self, acting: Client) -> None:
        rows = [make.CalendarFactory(), make.CalendarFactory()]
        data = self.question_for(acting, *rows)

        first, again = (acting.post(url(Calendar, "changelist"), data) for _ in range(2))
        other_tab = acting.post(url(Calendar, "changelist"), data | {"form_key": ""})

        assert not Calendar.objects.exists()
        assert first["Location"] == again["Location"] == other_tab["Location"]
        assert "It was done once." in texts(again)
        assert "not in this list any more" in texts(other_tab)

    def test_asks_again_when_one_has_changed_and_not_when_one_is_gone(self, acting: Client) -> None:
        gone, changed, other = (make.CalendarFactory() for _ in range(3))
        data = self.question_for(acting, gone, changed)
        gone.delete()
        Calendar.objects.filter(pk=changed.pk).update(name="Closing days")

        page = acting.post(url(Calendar, "changelist"), data).content.decode()

        assert "name is now Closing days" in page
        assert Calendar.objects.count() == 2
        assert acting.post(url(Calendar, "changelist"), _question_in(page).data()).status_code == 302
        assert list(Calendar.objects.all()) == [other]


def actions_of_lists() -> Iterator[tuple[Any, Any]]:
    """Each action of a list of ours but deleting."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label in OURS:
            yield from ((model, name) for name in page.actions or ())


def _integration(action: str) -> Any:
    return make.IntegrationFactory(paused_at=timezone.now() if action == "resume" else None)


def _service_account(action: str) -> Any:
    account = make.ServiceAccountFactory()
    if action == "reopen":
        service_accounts.close_service_account(account_id=account.pk, actor=None, at=timezone.now())
    return account


ROWS: dict[Any, Any] = {
    ApiToken: lambda action: make.ApiTokenFactory(),
    CalendarVersion: lambda action: make.CalendarVersionFactory(effective_from=datetime(2099, 1, 1, tzinfo=UTC)),
    Integration: _integration,
    ServiceAccount: _service_account,
    Severity: lambda action: [make.SeverityFactory(rank=rank) for rank in (1, 2, 3)][1],
    Page: lambda action: make.PageFactory(state="dead", ended_at=timezone.now()),
    SlaTargetVersion: lambda action: make.SlaTargetVersionFactory(effective_from=datetime(2099, 1, 1, tzinfo=UTC)),
}
"""For each list with actions: a row on which the action does something."""


class TestActions:
    @pytest.mark.parametrize(("model", "action"), list(actions_of_lists()), ids=str)
    def test_are_done_once(self, acting: Client, model: Any, action: str) -> None:
        row = ROWS[model](action)
        before = vars(model.objects.get(pk=row.pk)) | {"_state": None}
        data = pressed(acting, model, action, row)

        first = acting.post(url(model, "changelist"), data)
        after = vars(model.objects.get(pk=row.pk)) | {"_state": None}
        again = acting.post(url(model, "changelist"), data)

        assert (first.status_code, again.status_code) == (302, 302)
        assert before != after == vars(model.objects.get(pk=row.pk)) | {"_state": None}
        assert "It was done once." in texts(again)

    def test_of_a_list_from_before_the_last_one_ask_for_the_records_again(self, acting: Client) -> None:
        first, second = make.IntegrationFactory(), make.IntegrationFactory()
        data = pressed(acting, Integration, "pause", first)
        acting.post(url(Integration, "changelist"), data)

        answer = acting.post(url(Integration, "changelist"), data | {"_selected_action": [str(second.pk)]})

        assert "you have used this list before" in texts(answer)
        assert Integration.objects.get(pk=second.pk).paused_at is None

    def test_do_not_end_a_key_that_was_made_meanwhile(self, acting: Client, ana: Any) -> None:
        row = make.IntegrationFactory()
        data = pressed(acting, Integration, "rotate_key", row)
        lifecycle.rotate_key(integration_id=row.pk, actor=ana, at=timezone.now())
        digest = Integration.objects.get().key_digest

        answer = acting.post(url(Integration, "changelist"), data)

        assert "After you opened the list" in texts(answer)
        assert Integration.objects.get().key_digest == digest
