"""Signing in and out: limits, the same answer for all, sessions that end, addresses that stay with us."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from config import settings as product
from config.base.data.models import Origin
from oncall.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana@example.com", PASSWORD, name="Ana Ruiz")


def sign_in(client: Client, password: str = PASSWORD, *, email: str = "ana@example.com", **more: str) -> object:
    address = {"REMOTE_ADDR": more.pop("address")} if "address" in more else {}
    return client.post(LOGIN, {"login": email, "password": password} | more, **address)  # type: ignore[arg-type]


def error_of(client: Client, email: str, password: str) -> str:
    response = client.post(LOGIN, {"login": email, "password": password})
    return re.sub(r"\s+", " ", response.content.decode().split('role="alert">')[1].split("</div>")[0])


@pytest.mark.usefixtures("ana")
class TestSigningIn:
    def test_takes_the_address_in_any_case(self, client: Client) -> None:
        response = sign_in(client, email="Ana@Example.com")

        assert response.status_code == 302  # type: ignore[attr-defined]
        assert "_auth_user_id" in client.session

    def test_says_the_same_for_a_wrong_password_and_an_unknown_account(self, client: Client) -> None:
        wrong_password, unknown_account = (
            error_of(client, "ana@example.com", "wrong"),
            error_of(client, "nobody@example.com", "wrong"),
        )

        assert wrong_password == unknown_account

    def test_gives_the_session_a_new_key(self, client: Client) -> None:
        client.get(LOGIN)
        client.session["planted"] = True
        client.session.save()
        before = client.session.session_key

        sign_in(client)

        assert client.session.session_key != before

    @pytest.mark.parametrize(
        "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "https:evil.example", "javascript:x"]
    )
    def test_never_leads_to_another_site(self, client: Client, target: str) -> None:
        response = sign_in(client, next=target)

        assert response.headers["Location"] == "/"  # type: ignore[attr-defined]

    def test_leads_on_to_a_page_of_ours(self, client: Client) -> None:
        response = sign_in(client, next="/incidents/")

        assert response.headers["Location"] == "/incidents/"  # type: ignore[attr-defined]

    def test_keeps_the_page_out_of_caches(self, client: Client) -> None:
        assert "no-store" in client.get(LOGIN).headers["Cache-Control"]

    def test_lasts_twelve_hours(self, client: Client) -> None:
        sign_in(client)

        assert client.session.get_expiry_age() == 12 * 3600


class FailingRedis:
    """Every answer of Redis is an error."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def fail(*args: object, **kwargs: object) -> object:
            raise ConnectionError("Redis is away")

        return fail


@pytest.mark.usefixtures("ana")
class TestLimits:
    @pytest.mark.parametrize("redis", ["here", "away"])
    def test_stop_guessing_from_one_address_but_not_the_owner_elsewhere(
        self, client: Client, redis: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if redis == "away":
            monkeypatch.setitem(vars(cache._connections[cache._alias]), "_cache", FailingRedis())  # type: ignore[attr-defined]
            cache._connections[cache._alias]._memory.clear()  # type: ignore[attr-defined]
        for _ in range(10):
            sign_in(client, "wrong", address="198.51.100.7")

        sign_in(client, address="198.51.100.7")
        assert "_auth_user_id" not in client.session

        sign_in(client, address="203.0.113.9")
        assert "_auth_user_id" in client.session

    def test_stop_one_address_that_tries_many_accounts(self, client: Client) -> None:
        for number in range(60):
            sign_in(client, "wrong", email=f"person{number}@example.com", address="198.51.100.7")

        sign_in(client, address="198.51.100.7")

        assert "_auth_user_id" not in client.session

    def test_do_not_believe_a_forwarded_address(self, client: Client) -> None:
        for number in range(10):
            client.post(
                LOGIN,
                {"login": "ana@example.com", "password": "wrong"},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            )

        sign_in(client)

        assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("ana")
class TestRefusals:
    def test_of_too_many_tries_answer_429_in_kind_words_and_say_when(self, client: Client) -> None:
        answers = [sign_in(client, "wrong") for _ in range(11)]

        last: Any = answers[-1]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]  # type: ignore[attr-defined]
        assert last.headers["Retry-After"] == "300"
        assert "Wait five minutes and try again" in last.content.decode()

    def test_are_json_where_json_is_asked(self, client: Client) -> None:
        for _ in range(10):
            sign_in(client, "wrong")

        answer = client.post(
            LOGIN,
            {"login": "ana@example.com", "password": "wrong"},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "300"
        assert "Wait five minutes" in str(answer.json()["form"]["errors"])

    @pytest.mark.parametrize(
        ("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/json")]
    )
    def test_of_an_address_that_tries_on_answer_429_before_the_form(
        self, client: Client, accept: str, kind: str
    ) -> None:
        for number in range(60):
            sign_in(client, "wrong", email=f"person{number}@example.com")

        answer = client.post(LOGIN, {"login": "ana@example.com", "password": "wrong"}, headers={"Accept": accept})

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Content-Type"].startswith(kind)
        assert "Wait a few minutes" in answer.content.decode()

    def test_never_count_an_account_alone(self, client: Client) -> None:
        for number in range(40):
            sign_in(client, "wrong", address=f"198.51.100.{number // 5}")

        answer: Any = sign_in(client, address="203.0.113.9")

        assert answer.status_code == 302


class TestSessions:
    def test_end_at_once_for_a_disabled_person(self, client: Client, ana: User) -> None:
        sign_in(client)
        User.objects.filter(pk=ana.pk).update(is_active=False)

        response = client.get(reverse("account_change_password"))

        assert response.status_code == 302
        assert response.headers["Location"].startswith(LOGIN)

    def test_end_elsewhere_when_the_password_changes(self, client: Client, ana: User) -> None:
        elsewhere = Client()
        sign_in(client)
        sign_in(elsewhere)
        new = "another very long one"
        client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

        assert elsewhere.get(reverse("account_change_password")).status_code == 302
        assert client.get(reverse("account_change_password")).status_code == 200

    def test_end_by_signing_out_with_a_post_only(self, client: Client, ana: User) -> None:
        sign_in(client)
        client.get(reverse("account_logout"))
        assert "_auth_user_id" in client.session

        client.post(reverse("account_logout"))
        assert "_auth_user_id" not in client.session


class TestAccounts:
    def test_cannot_be_made_by_visitors(self, client: Client) -> None:
        long = "a password of some length"
        client.post("/accounts/signup/", {"email": "new@example.com", "password1": long})

        assert not User.objects.filter(email="new@example.com").exists()
        assert "administrator" in client.get("/accounts/signup/").content.decode()

    def test_do_not_change_their_own_address(self, client: Client, ana: User) -> None:
        client.force_login(ana)

        assert client.get("/accounts/email/").status_code == 404

    def test_reset_their_password_by_a_link_to_the_configured_site(
        self, client: Client, ana: User, settings: Settings
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        client.post("/accounts/password/reset/", {"email": ana.email}, headers={"Host": "evil.example"})

        [message] = mail.outbox
        link = re.search(r"https?://\S+", str(message.body))
        assert link is not None
        assert link.group().startswith(f"{settings.SITE_URL}/accounts/password/reset/key/")
        assert "evil" not in f"{message.body}{message.subject}"

        page = client.get(link.group().removeprefix(settings.SITE_URL), follow=True)
        new = "another very long one"
        client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
        ana.refresh_from_db()
        assert ana.check_password(new)

    def test_get_no_mail_and_no_hint_when_they_do_not_exist(self, client: Client, ana: User) -> None:
        existing = client.post("/accounts/password/reset/", {"email": ana.email})
        unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

        assert (existing.status_code, existing.headers["Location"]) == (
            unknown.status_code,
            unknown.headers["Location"],
        )
        assert len(mail.outbox) == 1


class TestAdminSignIn:
    def test_is_the_portals_own_with_its_limits_and_second_factor(self, client: Client) -> None:
        response = client.get("/admin/login/?next=/admin/")

        assert response.status_code == 302
        assert response.headers["Location"].startswith(LOGIN)

    def test_refuses_people_without_the_right(self, client: Client, ana: User) -> None:
        client.force_login(ana)

        assert client.get("/admin/login/").status_code == 403


class TestDemoSignIn:
    def test_does_not_exist_outside_the_demo(self, client: Client, ana: User) -> None:
        User.objects.filter(pk=ana.pk).update(origin=Origin.DEMO)

        assert client.post("/accounts/demo/", {"person": str(ana.pk)}).status_code == 404
        assert "look around" not in client.get(LOGIN).content.decode()

    def test_lists_the_cast_and_signs_in_by_post(self, client: Client, ana: User, settings: Settings) -> None:
        settings.DEMO = True
        User.objects.filter(pk=ana.pk).update(origin=Origin.DEMO)

        assert "Ana Ruiz" in client.get(LOGIN).content.decode()
        assert client.get("/accounts/demo/").status_code == 405
        assert client.post("/accounts/demo/", {"person": str(ana.pk), "next": "//evil"}).headers["Location"] == "/"
        assert client.session["_auth_user_id"] == str(ana.pk)

    def test_signs_in_only_people_of_the_demo(self, client: Client, ana: User, settings: Settings) -> None:
        settings.DEMO = True

        assert client.post("/accounts/demo/", {"person": str(ana.pk)}).status_code == 404


class TestPasswords:
    def test_are_hashed_with_argon2(self, settings: Settings, ana: User) -> None:
        settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS  # all other tests hash quickly

        ana.set_password(PASSWORD)

        assert ana.password.startswith("argon2$argon2id$")
        assert ana.check_password(PASSWORD)


class TestSecondFactor:
    def test_can_be_turned_on_and_is_then_required(self, client: Client, ana: User) -> None:

        sign_in(client)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        client.post(reverse("mfa_activate_totp"), {"code": code})
        client.post(reverse("account_logout"))

        response = sign_in(client)

        assert response.headers["Location"] == reverse("mfa_authenticate")  # type: ignore[attr-defined]
        assert "_auth_user_id" not in client.session
        assert client.get(reverse("mfa_authenticate")).status_code == 200

    @pytest.mark.parametrize("page", ["mfa_index", "mfa_activate_totp", "account_reauthenticate"])
    def test_has_pages(self, client: Client, ana: User, page: str) -> None:
        sign_in(client)

        assert client.get(reverse(page), follow=True).status_code == 200
