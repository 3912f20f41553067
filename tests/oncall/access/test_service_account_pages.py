"""The pages of service accounts, and their page in the administration."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from oncall.models import ApiToken, ServiceAccount
from tests import factories as make
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> Any:
    person = make.UserFactory(is_superuser=True, is_staff=True)
    client.force_login(person)
    return person


def at(name: str, *args: Any) -> str:
    return reverse(f"oncall:{name}", args=args)


class TestPages:
    def test_create_an_account_and_show_the_key_of_its_token_once(self, client: Client, boss: Any) -> None:
        role = Group.objects.get(name=Role.RESPONDER)
        typed = {"name": "deploy-bot", "team": make.TeamFactory().pk, "description": "Deploys.", "groups": [role.pk]}

        made: Any = client.post(at("service-account-new"), typed)
        account = ServiceAccount.objects.get()
        key_page = client.post(
            at("service-token-add", account.pk), {"name": "Cluster", "scopes": ["read"], "expires_in": 30}
        ).content.decode()
        page = client.get(account.get_absolute_url()).content.decode()

        key = re.search(r"hf_[\w-]{40,}", key_page)
        assert made.url == account.get_absolute_url()
        assert key
        assert key[0] not in page
        assert "deploy-bot, service account" in page
        assert "Responder" in page
        assert f"{key[0][:12]}…" in page
        assert "not used yet" in page

    def test_edit_give_roles_replace_revoke_close_and_reopen(self, client: Client, boss: Any) -> None:
        account, team = make.ServiceAccountFactory(), make.TeamFactory()
        token = make.ApiTokenFactory(user=account.user)
        role = Group.objects.get(name=Role.AGENT)
        values = {"name": "ship-bot", "team": team.pk, "description": "Ships."}

        answers = [
            client.post(at("service-account-edit", account.pk), values),
            client.post(at("service-account-roles", account.pk), {"groups": [role.pk]}),
            client.post(at("service-token-rotate", account.pk, token.pk), {"overlap": 24}),
            client.post(at("service-token-revoke", account.pk, token.pk)),
            client.post(at("service-account-close", account.pk)),
        ]
        closed = ServiceAccount.objects.get()
        working_at_close = ApiToken.objects.filter(revoked_at=None).count()
        client.post(at("service-account-reopen", account.pk))

        assert [answer.status_code for answer in answers] == [302, 302, 200, 302, 302]
        assert (str(closed), closed.team, closed.closed_by) == ("ship-bot, service account", team, boss)
        assert list(closed.user.groups.all()) == [role]
        assert (ApiToken.objects.count(), working_at_close) == (2, 0)
        assert ServiceAccount.objects.get().user.is_active

    def test_refuse_roles_that_somebody_else_has_changed(self, client: Client, boss: Any) -> None:
        account = make.ServiceAccountFactory()
        address = at("service-account-roles", account.pk)
        form = main_form(client.get(address).content.decode())
        client.post(address, {"groups": [Group.objects.get(name=Role.AGENT).pk]})

        answer = client.post(address, form.fields | {"groups": [Group.objects.get(name=Role.RESPONDER).pk]})

        assert answer.status_code == 422
        assert [group.name for group in account.user.groups.all()] == [Role.AGENT]

    def test_are_for_the_team_and_administrators(self, client: Client) -> None:
        account = make.ServiceAccountFactory()
        token = make.ApiTokenFactory(user=account.user)
        people = {
            "administrator": make.UserFactory(roles=[Role.ADMINISTRATOR]),
            "manager": make.MembershipFactory(team=account.team, role="manager").user,
            "responder": make.MembershipFactory(team=account.team).user,
            "stranger": make.MembershipFactory().user,
        }
        pages = {
            "see": account.get_absolute_url(),
            "edit": at("service-account-edit", account.pk),
            "replace": at("service-token-rotate", account.pk, token.pk),
        }

        answers = {}
        for name, person in people.items():
            client.force_login(person)
            answers[name] = [client.get(page).status_code for page in pages.values()]

        assert answers == {
            "administrator": [200, 200, 200],
            "manager": [200, 403, 200],
            "responder": [200, 403, 403],
            "stranger": [404, 404, 404],
        }

    def test_say_that_a_stronger_account_can_only_be_closed(self, client: Client) -> None:
        account = make.ServiceAccountFactory(roles=[Role.AGENT])
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))

        page = client.get(account.get_absolute_url()).content.decode()
        refused = client.post(at("service-token-add", account.pk), {"name": "x", "scopes": ["read"]})

        assert "may do or see more than you" in page
        assert at("service-token-add", account.pk) not in page
        assert at("service-account-close", account.pk) in page
        assert refused.status_code == 422
        assert not ApiToken.objects.exists()

    def test_of_teams_link_to_theirs_and_the_list_of_people_has_none(self, client: Client, boss: Any) -> None:
        account = make.ServiceAccountFactory(name="deploy-bot")

        team, people = (client.get(path).content.decode() for path in (account.team.get_absolute_url(), "/people/"))

        assert f'href="{account.get_absolute_url()}">deploy-bot, service account' in team
        assert "deploy-bot" not in people
        assert at("service-accounts") in people


class TestAdministration:
    def test_shows_closes_and_reopens(self, client: Client, boss: Any) -> None:
        account = make.ServiceAccountFactory(name="deploy-bot", roles=[Role.AGENT])
        make.ApiTokenFactory(user=account.user)
        listing = reverse("admin:oncall_serviceaccount_changelist")

        def press(action: str) -> bool:
            client.post(listing, {"action": action, "_selected_action": [account.pk]})
            return ServiceAccount.objects.get().user.is_active

        assert (press("close"), press("reopen")) == (False, True)
        assert not ApiToken.objects.filter(revoked_at=None).exists()
        page = client.get(reverse("admin:oncall_serviceaccount_change", args=[account.pk])).content.decode()
        assert "deploy-bot, service account" in page
        assert Role.AGENT in page
        assert client.get(reverse("admin:oncall_serviceaccount_history", args=[account.pk])).status_code == 200

    def test_has_accounts_of_people_apart(self, client: Client, boss: Any) -> None:
        account = make.ServiceAccountFactory(name="deploy-bot")

        accounts = client.get(reverse("admin:oncall_user_changelist")).content.decode()
        password = client.post(
            reverse("admin:auth_user_password_change", args=[account.user_id]), {"usable_password": "true"}
        )

        assert "deploy-bot" not in accounts
        assert client.get(reverse("admin:oncall_user_change", args=[account.user_id])).status_code == 302
        assert password.status_code in {302, 404}
        choices = client.get(
            reverse("admin:autocomplete"),
            {"term": "deploy", "app_label": "oncall", "model_name": "membership", "field_name": "user"},
        ).json()
        assert choices["results"] == []
