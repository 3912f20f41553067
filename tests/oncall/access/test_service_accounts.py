"""Service accounts: made for a team, never stronger than their maker, told before a token ends, closed at once."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from incidents.models import Ticket, TimelineEntry
from oncall.access import service_accounts, tokens
from oncall.access.renewals import RENEWAL
from oncall.models import ApiToken, Obligation, ObligationStatus, Reminder, ServiceAccount
from oncall.obligations import reminders
from tests import factories as make
from tests.clients import client_of
from tests.factories.people import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Any:
    return make.UserFactory(is_superuser=True)


def roles(*names: str) -> list[Group]:
    return list(Group.objects.filter(name__in=names))


def create(actor: Any, *names: str, **fields: Any) -> ServiceAccount:
    values = {"name": "deploy-bot", "team": make.TeamFactory(), "description": "Deploys.", "groups": roles(*names)}
    return service_accounts.create_service_account(**(values | fields), actor=actor, at=NOON)


def token_of(account: ServiceAccount, actor: Any, *, days: int | None = 30, at: Any = NOON) -> tuple[ApiToken, str]:
    expires_at = at + timedelta(days=days) if days else None
    return service_accounts.create_service_token(
        account_id=account.pk, name="Cluster", scopes=[Scope.READ], expires_at=expires_at, actor=actor, at=at
    )


class TestCreate:
    def test_says_everywhere_that_it_is_a_program(self, boss: Any) -> None:
        account = create(boss, Role.RESPONDER, name="  Deploy  bot, service account ")

        assert str(account) == "Deploy bot, service account"
        assert account.user.email.startswith("deploy-bot-")
        assert account.user.email.endswith("@service-account.invalid")
        assert not account.user.has_usable_password()
        assert account.history.get().history_user == boss
        assert account.history.get().history_change_reason == "Roles: Responder"

    def test_refuses_a_second_one_of_the_same_name(self, boss: Any) -> None:
        create(boss)

        with pytest.raises(ValidationError, match="already a service account"):
            create(boss, name="Deploy-Bot")

    def test_gives_no_more_than_its_maker_holds(self) -> None:
        administrator = make.UserFactory(roles=[Role.ADMINISTRATOR])
        offered = {group.name for group in service_accounts.grantable_groups(administrator)}

        with pytest.raises(service_accounts.ServiceAccountRefused, match="more than you"):
            create(administrator, Role.AGENT)

        assert Role.ADMINISTRATOR in offered
        assert Role.AGENT not in offered
        assert create(administrator, Role.ADMINISTRATOR, name="other").pk
        assert ServiceAccount.objects.count() == 1


class TestChange:
    def test_notes_what_was_and_moves_the_tasks_to_the_new_team(self, boss: Any) -> None:
        account, team = create(boss), make.TeamFactory()
        token_of(account, boss)

        service_accounts.change_service_account(
            account_id=account.pk, name="ship-bot", team=team, description="Ships.", actor=boss, at=NOON
        )

        account.refresh_from_db()
        assert (str(account), account.team) == ("ship-bot, service account", team)
        assert account.history.first().history_change_reason == "Name before: deploy-bot, service account"
        assert Obligation.objects.get(kind=RENEWAL).team == team

    def test_sets_roles_that_the_actor_holds(self, boss: Any) -> None:
        account = create(boss, Role.RESPONDER)
        administrator = make.UserFactory(roles=[Role.ADMINISTRATOR])

        service_accounts.set_roles(account_id=account.pk, groups=roles(Role.ADMINISTRATOR), actor=boss, at=NOON)
        with pytest.raises(service_accounts.ServiceAccountRefused):
            service_accounts.set_roles(account_id=account.pk, groups=roles(Role.AGENT), actor=administrator, at=NOON)

        assert list(account.user.groups.values_list("name", flat=True)) == [Role.ADMINISTRATOR]
        assert account.history.first().history_change_reason == "Roles: Administrator; before: Responder"

    def test_leaves_a_stronger_account_and_its_tokens_alone(self, boss: Any) -> None:
        account = create(boss, Role.AGENT)
        token, _ = token_of(account, boss)
        administrator = make.UserFactory(roles=[Role.ADMINISTRATOR])

        with pytest.raises(service_accounts.ServiceAccountRefused):
            token_of(account, administrator)
        with pytest.raises(service_accounts.ServiceAccountRefused):
            service_accounts.rotate_service_token(token=token, overlap=timedelta(), actor=administrator, at=NOON)


class TestTokens:
    def test_are_told_to_the_managers_of_the_team_in_time(self, boss: Any) -> None:
        manager = make.MembershipFactory(role="manager")
        make.MembershipFactory(team=manager.team)
        token, _ = token_of(create(boss, team=manager.team), boss)

        receivers = []
        for days in (15, 17, 28, 29.5):
            reminders.make_due(at=NOON + timedelta(days=days))
            receivers.append(list(Reminder.objects.order_by("pk").values_list("user", flat=True)))

        assert receivers == [[], [manager.user_id], [manager.user_id], [manager.user_id] * 2]
        task = Obligation.objects.get(kind=RENEWAL)
        assert (task.due_at, task.owner, task.team) == (token.expires_at, None, manager.team)
        assert task.title == "Replace the token “Cluster” of deploy-bot, service account"

    def test_end_their_task_when_they_are_replaced_or_revoked(self, boss: Any) -> None:
        account = create(boss)
        token, _ = token_of(account, boss)

        successor, _ = service_accounts.rotate_service_token(
            token=token, overlap=timedelta(hours=1), actor=boss, at=NOON + timedelta(days=1)
        )
        open_for = [int(task.occurrence) for task in Obligation.objects.open().filter(kind=RENEWAL)]
        tokens.revoke_token(token=successor, at=NOON + timedelta(days=2), actor=boss)

        assert open_for == [successor.pk]
        assert not Obligation.objects.open().filter(kind=RENEWAL).exists()
        assert (successor.created_by, successor.revoked_by) == (boss, boss)

    def test_of_people_and_those_without_an_end_make_no_task(self, boss: Any) -> None:
        token_of(create(boss), boss, days=None)
        tokens.create_token(user=boss, name="Own", at=NOON, expires_at=NOON + timedelta(days=30))

        assert not Obligation.objects.exists()


class TestClose:
    def test_ends_all_tokens_at_once_and_for_good(self, boss: Any) -> None:
        account = create(boss, Role.RESPONDER)
        now = timezone.now()
        keys = [token_of(account, boss, at=now, days=days)[1] for days in (30, None)]
        client = Client()

        def answers() -> list[int]:
            return [
                client.get("/api/v1/users/me/", headers={"Authorization": f"Bearer {key}"}).status_code for key in keys
            ]

        before = answers()
        service_accounts.close_service_account(account_id=account.pk, actor=boss, at=now)
        closed = answers()
        with pytest.raises(service_accounts.ServiceAccountRefused, match="closed"):
            token_of(account, boss, at=now)
        service_accounts.reopen_service_account(account_id=account.pk, actor=boss, at=now)

        assert (before, closed, answers()) == ([200, 200], [401, 401], [401, 401])
        assert token_of(account, boss, at=now)
        assert Obligation.objects.filter(status=ObligationStatus.DONE).count() == 1
        reasons = list(account.history.order_by("pk").values_list("history_change_reason", flat=True))
        assert reasons == ["Roles: Responder", "Closed", "Reopened"]

    def test_changes_nothing_the_second_time(self, boss: Any) -> None:
        account = create(boss)

        service_accounts.reopen_service_account(account_id=account.pk, actor=boss, at=NOON)
        first = service_accounts.close_service_account(account_id=account.pk, actor=boss, at=NOON)
        second = service_accounts.close_service_account(
            account_id=account.pk, actor=make.UserFactory(), at=NOON + timedelta(days=1)
        )

        assert (second.closed_at, second.closed_by) == (first.closed_at, boss)


class TestSigningIn:
    def test_is_for_people_alone(self, client: Client) -> None:
        user = make.ServiceAccountFactory(roles=[Role.ADMINISTRATOR]).user
        client.force_login(user)

        places = [client.get(path).status_code for path in ("/incidents/", "/admin/", "/api/v1/users/me/")]

        assert places == [302, 302, 401]

    def test_has_no_password_to_forget(self, client: Client) -> None:
        user, person = make.ServiceAccountFactory().user, make.UserFactory()

        pages = [client.post("/accounts/password/reset/", {"email": asker.email}) for asker in (user, person)]

        assert [page.status_code for page in pages] == [302, 302]
        assert [message.to for message in mail.outbox] == [[person.email]]
        with pytest.raises(IntegrityError), transaction.atomic():  # not even a link can be made
            default_token_generator.make_token(user)
        assert client.post("/accounts/login/", {"login": user.email, "password": "!"}).status_code == 200


class TestActing:
    @pytest.fixture
    def program(self) -> ServiceAccount:
        return make.ServiceAccountFactory(name="deploy-bot", roles=[Role.AGENT, Role.COMMANDER])

    def test_declares_and_notes_under_its_own_name_and_token(self, program: ServiceAccount) -> None:
        make.PriorityRuleFactory(impact=3, urgency=3, severity__pages=False)
        client, service = client_of(program.user), make.ServiceFactory()

        answer = client.post("/api/v1/incidents/", {"title": "Slow", "service": service.slug}, format="json")
        note = client.post(f"/api/v1/incidents/{answer.data['id']}/add_note/", {"text": "Rolled back."}, format="json")

        assert (answer.status_code, note.status_code) == (201, 200)
        assert Ticket.objects.get().opened_by == program.user
        entry: Any = TimelineEntry.objects.get(text="Rolled back.")
        assert (entry.actor, entry.token.name) == (program.user, "Test")
        reader = Client()
        reader.force_login(make.UserFactory())
        page = reader.get(Ticket.objects.get().get_absolute_url()).content.decode()
        assert 'deploy-bot, service account</strong><span class="hf-soft">with token “Test”' in page

    @pytest.mark.parametrize("verb", ["acknowledge", "take_over", "decline", "start_work"])
    def test_never_answers_for_a_person(self, program: ServiceAccount, verb: str) -> None:
        ticket = make.IncidentFactory()

        answer = client_of(program.user).post(f"/api/v1/incidents/{ticket.reference}/{verb}/", {}, format="json")

        assert answer.status_code == 409, answer.data
        assert "until a person says" in answer.data["message"]
        assert Ticket.objects.get(status="new").assignee is None

    def test_is_assigned_nothing(self, program: ServiceAccount) -> None:
        ticket, client = make.IncidentFactory(), client_of(program.user)

        answers = [
            client.post(f"/api/v1/incidents/{ticket.reference}/assign/", {"assignee": who}, format="json")
            for who in (program.user_id, program.user.email)
        ]

        assert [answer.status_code for answer in answers] == [400, 400]

    def test_sees_no_private_record_of_others(self, program: ServiceAccount) -> None:
        fields = {"visibility": "private", "visibility_reason": "Security"}
        others = make.IncidentFactory(**fields)
        own = make.IncidentFactory(opened_by=program.user, **fields)
        client = client_of(program.user)

        statuses = [client.get(f"/api/v1/incidents/{ticket.reference}/").status_code for ticket in (others, own)]

        assert statuses == [404, 200]

    def test_is_in_no_list_of_people_but_known_by_its_id(self, program: ServiceAccount) -> None:
        client = client_of(program.user)

        people = client.get("/api/v1/users/").data["results"]
        me, by_id = client.get("/api/v1/users/me/"), client.get(f"/api/v1/users/{program.user_id}/")

        assert program.user_id not in [person["id"] for person in people]
        assert (me.data["kind"], by_id.data["name"]) == ("service", "deploy-bot, service account")
