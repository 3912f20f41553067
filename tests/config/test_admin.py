"""The administration: every page opens, facts stay facts, and nobody grants more than they hold."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.base.data.roles import Role
from config.base.web.admin import FactAdmin
from incidents.models import Integration
from oncall.admin.owners import OwnedAdmin
from oncall.models import ContactMethod, Membership, NotificationRule, Page, User
from tests import factories as make

pytestmark = pytest.mark.django_db
APPS = {"oncall", "incidents", "problems", "postmortems", "auth"}
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in APPS),
    key=lambda model: model._meta.label,
)
FACTS = [model for model in MODELS if isinstance(admin.site._registry[model], FactAdmin)]


def names(models_found: list[type[models.Model]]) -> list[str]:
    return [model._meta.label for model in models_found]


def url(model: type[models.Model] | models.Model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def boss(client: Client) -> User:
    user = User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss")
    client.force_login(user)
    return user


@pytest.fixture
def staff() -> Callable[..., User]:
    def make_user(*roles: Role, **fields: object) -> User:
        return make.UserFactory(is_staff=True, roles=roles, **fields)

    return make_user


class TestPages:
    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
    def test_open_as_lists_searches_and_forms(self, client: Client, model: type[models.Model]) -> None:
        assert client.get(url(model, "changelist")).status_code == 200
        if admin.site._registry[model].search_fields:
            assert client.get(url(model, "changelist"), {"q": "7"}).status_code == 200
        form = client.get(url(model, "add"))
        assert form.status_code == (403 if model in FACTS else 200)
        assert " object at 0x" not in form.content.decode()

    @pytest.mark.usefixtures("boss")
    def test_declare_search_and_joins(self) -> None:
        for model in MODELS:
            page = admin.site._registry[model]
            assert page.search_fields, model
            joined = [
                field.name
                for field in model._meta.get_fields()
                if isinstance(field, models.ForeignKey) and field.name in page.list_display
            ]
            paths = page.list_select_related
            followed = {path.split("__")[0] for path in paths} if isinstance(paths, tuple) else set()
            missing = set(joined) - followed
            assert not missing, (model, missing)

    @pytest.mark.usefixtures("boss")
    def test_start_with_what_needs_attention(self, client: Client) -> None:
        make.TeamFactory()

        page = client.get("/admin/").content.decode()

        assert "Cannot work until you act" in page
        assert "1 team has no escalation policy." in page

    @pytest.mark.usefixtures("boss")
    @pytest.mark.parametrize("model", FACTS, ids=names(FACTS))
    def test_of_facts_refuse_every_change(self, client: Client, model: type[models.Model]) -> None:
        page = admin.site._registry[model]
        request = client.get("/admin/").wsgi_request

        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)


class TestRoles:
    @pytest.mark.parametrize("role", [Role.AGENT, Role.RESPONDER, Role.COMMANDER, Role.MANAGER])
    def test_without_business_here_see_nothing(self, client: Client, staff: Callable[..., User], role: Role) -> None:
        client.force_login(staff(role))

        assert client.get(url(User, "changelist")).status_code == 403

    def test_need_the_staff_flag_too(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))

        assert client.get("/admin/").status_code == 302

    def test_administrators_keep_people_and_both_keep_severities(
        self, client: Client, staff: Callable[..., User]
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))
        assert client.get(url(User, "add")).status_code == 200
        assert client.get("/admin/incidents/severity/add/").status_code == 200

        client.force_login(staff(Role.PRACTICE))
        assert client.get(url(User, "add")).status_code == 403
        assert client.get("/admin/incidents/severity/add/").status_code == 200
        assert client.get("/admin/").status_code == 200


class TestGranting:
    """Bad input 63."""

    def form(self, user: User, **changes: object) -> dict[str, object]:
        inlines = {
            f"{prefix}-{name}": "0"
            for prefix in ("memberships", "contact_methods", "notification_rules")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        person = {"email": user.email, "name": user.name, "time_zone": "UTC", "is_active": "on", "is_staff": "on"}
        return inlines | person | changes

    def test_is_not_for_administrators(self, client: Client, staff: Callable[..., User]) -> None:
        actor = staff(Role.ADMINISTRATOR)
        other = make.UserFactory()
        client.force_login(actor)
        grants = {
            "is_superuser": "on",
            "groups": [str(Group.objects.get(name=Role.ADMINISTRATOR).pk)],
            "user_permissions": [str(Permission.objects.all()[0].pk)],
        }

        for user in (actor, other):
            response = client.post(url(user, "change", user.pk), self.form(user, name="Renamed", **grants))
            user.refresh_from_db()
            assert (response.status_code, user.name) == (302, "Renamed")
            assert not user.is_superuser
        assert not other.is_staff
        assert not other.groups.exists()
        assert not actor.user_permissions.exists()

    def test_is_for_superusers(self, client: Client, boss: User) -> None:
        other = make.UserFactory()

        client.post(url(other, "change", other.pk), self.form(other, is_superuser="on"))

        other.refresh_from_db()
        assert other.is_superuser

    def test_of_a_password_needs_all_that_the_account_may_do(
        self, client: Client, boss: User, staff: Callable[..., User]
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))
        others: list[User] = [boss, *(staff(role) for role in Role if role != Role.ADMINISTRATOR)]
        peer: User = staff(Role.ADMINISTRATOR)
        plain: User = make.UserFactory()

        def may_set(user: User) -> bool:
            return client.get(reverse("admin:auth_user_password_change", args=[user.pk])).status_code == 200

        assert [may_set(user) for user in (*others, peer, plain)] == [False] * len(others) + [True, True]
        assert client.post(url(boss, "change", boss.pk), self.form(boss, email="me@example.com")).status_code == 403

    def test_leaves_the_address_of_who_may_do_more_but_not_the_name(
        self, client: Client, staff: Callable[..., User]
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))
        commander = make.UserFactory(roles=[Role.COMMANDER], email="carla@example.com")

        client.post(url(commander, "change", commander.pk), self.form(commander, name="Carla", email="me@example.com"))

        commander.refresh_from_db()
        assert (commander.name, commander.email) == ("Carla", "carla@example.com")

    def test_closes_an_account_that_may_do_more_but_does_not_open_it(
        self, client: Client, staff: Callable[..., User]
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))
        commander = make.UserFactory(roles=[Role.COMMANDER])
        make.UserFactory(roles=[Role.COMMANDER])  # so that the role is not lost with the account
        closing = {k: v for k, v in self.form(commander).items() if k != "is_active"}

        client.post(url(commander, "change", commander.pk), closing)
        commander.refresh_from_db()
        assert not commander.is_active

        client.post(url(commander, "change", commander.pk), self.form(commander))
        commander.refresh_from_db()
        assert not commander.is_active

    @pytest.mark.parametrize("model", [ContactMethod, NotificationRule])
    def test_leaves_how_people_who_may_do_more_are_reached(
        self, client: Client, boss: User, staff: Callable[..., User], model: type[models.Model]
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))
        for account, may in ((boss, False), (make.UserFactory(roles=[Role.COMMANDER]), False), (staff(), True)):
            rule = make.NotificationRuleFactory(contact_method__user=account)
            row = rule.contact_method if model is ContactMethod else rule
            data = {
                "user": str(account.pk),
                "kind": "sms",
                "address": "+4930123",
                "secret": "",
                "contact_method": str(rule.contact_method.pk),
                "urgency": "high",
                "position": "77",
                "after_minutes": "99",
            }

            changed = client.post(url(row, "change", row.pk), data).status_code
            added = client.post(url(model, "add"), {**data, "address": "+4930999", "position": "78"}).status_code
            deleted = client.post(url(row, "delete", row.pk), {"post": "yes"}).status_code

            assert (changed, added, deleted) == ((302, 302, 302) if may else (403, 200, 403)), account
            assert model._default_manager.filter(pk=row.pk).exists() is not may

    def test_of_a_place_in_a_team_needs_all_that_its_members_see(
        self, client: Client, staff: Callable[..., User]
    ) -> None:
        actor = staff(Role.ADMINISTRATOR)
        client.force_login(actor)
        open_team, secret = make.TeamFactory(), make.TeamFactory()
        make.IncidentFactory(team=secret, visibility="private", visibility_reason="Security")

        def put(team: object, user: User) -> int:
            data = {"team": str(team.pk), "user": str(user.pk), "role": "manager", "fte": "1"}  # type: ignore[attr-defined]
            return client.post(url(Membership, "add"), data).status_code

        assert [put(open_team, actor), put(secret, actor), put(secret, make.UserFactory())] == [302, 200, 200]
        assert set(Membership.objects.values_list("team", flat=True)) == {open_team.pk}

        observer = make.MembershipFactory(team=secret, role="observer")
        data = {"team": str(secret.pk), "user": str(actor.pk), "role": "observer", "fte": "1", "change_reason": "Rota"}
        assert client.post(url(observer, "change", observer.pk), data).status_code == 200
        page = client.post(
            url(secret, "change", secret.pk),
            {
                "name": secret.name, "slug": secret.slug, "kind": secret.kind, "time_zone": "UTC",
                "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1",
                "memberships-0-id": str(observer.pk), "memberships-0-user": str(observer.user_id),
                "memberships-0-role": "observer", "memberships-0-fte": "1", "memberships-0-team": str(secret.pk),
                "memberships-1-user": str(actor.pk), "memberships-1-role": "manager", "memberships-1-fte": "1",
                "memberships-1-team": str(secret.pk), "change_reason": "Rota",
            },
        )  # fmt: skip
        assert "may do or see more than you" in page.content.decode()
        assert Membership.objects.filter(team=secret).get() == observer

    def test_of_a_place_in_a_team_is_also_for_its_managers(self, client: Client) -> None:
        boss = make.MembershipFactory(role="manager", user__is_staff=True)
        make.IncidentFactory(team=boss.team, visibility="private", visibility_reason="Security")
        client.force_login(boss.user)
        data = {"team": str(boss.team.pk), "role": "responder", "fte": "1"}

        client.post(url(Membership, "add"), {**data, "user": str(make.UserFactory().pk)})
        elsewhere = {**data, "team": str(make.TeamFactory().pk), "user": str(boss.user.pk)}
        client.post(url(Membership, "add"), elsewhere)

        assert Membership.objects.filter(team=boss.team).count() == 2
        assert Membership.objects.count() == 2

    def test_asks_about_every_row_of_a_person(self) -> None:
        """A new page for rows that people edit and that belong to a person stands on `OwnedAdmin`."""
        unguarded = {
            model._meta.label
            for model, page in admin.site._registry.items()
            for field in model._meta.get_fields()
            if field.name in {"user", "owner"} and field.related_model is User
            if isinstance(field, models.ForeignKey) and not isinstance(page, FactAdmin | OwnedAdmin)
        }

        # A requester's account is who may read along; a member is weighed by the team.
        assert unguarded == {"oncall.Membership", "incidents.Contact"}

    @pytest.mark.parametrize("page", ["changelist", "add"])
    def test_of_roles_is_hidden_from_administrators(
        self, client: Client, staff: Callable[..., User], page: str
    ) -> None:
        client.force_login(staff(Role.ADMINISTRATOR))

        assert client.get(url(Group, page)).status_code == 403

    def test_never_shows_second_factors(self, client: Client, boss: User) -> None:
        assert not any(model._meta.app_label in {"mfa", "account"} for model in admin.site._registry)

    def test_of_a_new_address_closes_the_old_one(self, client: Client, boss: User) -> None:
        other = make.UserFactory(email="old@example.com")
        other.emailaddress_set.create(email="old@example.com", verified=True, primary=True)

        client.post(url(other, "change", other.pk), self.form(other, email="new@example.com"))

        other.refresh_from_db()
        assert other.email == "new@example.com"
        assert not other.emailaddress_set.exists()


@pytest.mark.usefixtures("boss")
class TestContactMethods:
    def test_refuse_webhooks_that_lead_inside(self, client: Client) -> None:
        ana = make.UserFactory()

        response = client.post(
            "/admin/oncall/contactmethod/add/",
            {"user": str(ana.pk), "kind": "webhook", "address": "https://127.0.0.1/", "secret": ""},
        )

        assert "may not be called" in response.content.decode()


@pytest.mark.usefixtures("boss")
class TestIntegrations:
    def test_show_their_key_once(self, client: Client) -> None:
        service, severity = make.ServiceFactory(), make.SeverityFactory()
        body = {
            "name": "Prometheus", "kind": "alertmanager", "service": str(service.pk),
            "default_severity": str(severity.pk), "severities-0-word": "fatal", "severities-0-severity": severity.name,
        }  # fmt: skip

        page = client.post(url(Integration, "add"), body, follow=True).content.decode()

        integration = Integration.objects.get()
        assert integration.severities == {"fatal": severity.name}
        assert "Copy it now" in page
        assert "copy it now" not in client.get(url(integration, "change", integration.pk)).content.decode()

        rotate = {"action": "rotate_key", "_selected_action": [str(integration.pk)], "change_reason": "Leaked"}
        page = client.post(url(Integration, "changelist"), rotate, follow=True).content.decode()
        assert "Copy it now" in page
        assert Integration.objects.get().key_digest != integration.key_digest


@pytest.mark.usefixtures("boss")
class TestDeadLetters:
    def test_are_sent_again_by_one_domain_call_each(self, client: Client) -> None:
        page = make.PageFactory(state="dead", ended_at=timezone.now())

        answer = client.post(
            url(Page, "changelist"), {"action": "resend", "_selected_action": [str(page.pk)]}, follow=True
        )

        page.refresh_from_db()
        assert "1 page sent again" in answer.content.decode()
        assert page.state == "pending"

    def test_that_are_none_are_refused_with_a_reason(self, client: Client) -> None:
        page = make.PageFactory(state="accepted")

        answer = client.post(
            url(Page, "changelist"), {"action": "discard", "_selected_action": [str(page.pk)]}, follow=True
        )

        assert "no longer a dead letter" in answer.content.decode()
