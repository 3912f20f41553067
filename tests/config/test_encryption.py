"""Secrets that are used again: encrypted in the database, sealed in the program, rotated, never lost silently."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from pytest_django import Settings

from config.base.data import encryption
from config.base.data.encrypted import EncryptedField
from config.base.data.encryption import SecretUnreadable
from oncall.engine import health_checks
from oncall.models import ContactMethod, Page
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
FIRST, SECOND = "the first key, long enough to be one", "the second key, long enough to be one"
URL = "https://hooks.example.com/T0/B0/secret-in-the-path"

READABLE = {
    "account.EmailConfirmation.key": "no row is ever made: administrators create accounts",
    "incidents.Alert.dedup_key": "the sender's name of a trouble",
    "incidents.Alert.group_key": "made of names of services and troubles",
    "incidents.CustomerUpdate.draft_key": "a number of a form, which opens nothing",
    "incidents.Event.dedup_key": "the sender's name of a trouble",
    "incidents.HistoricalIntegration.key_hint": "the first characters, by which people tell keys apart",
    "incidents.Integration.key_hint": "the first characters, by which people tell keys apart",
    "incidents.ScheduledMaintenance.draft_key": "a number of a form, which opens nothing",
    "incidents.Subscriber.key": "a number within links that are signed with SECRET_KEY; alone it opens nothing",
    "incidents.UpdateDelivery.key": "the name of a message; alone it opens nothing",
    "incidents.SlaImpact.digest": "tells whether a form is still the one that was computed",
    "oncall.IdempotentRequest.body_digest": "tells whether a request is the same",
    "oncall.IdempotentRequest.key": "the caller's own name of a request",
    "oncall.Notice.key": "the name of a message; alone it opens nothing",
    "oncall.Page.key": "the name of a message; links in it are signed with SECRET_KEY",
    "oncall.Reminder.key": "the name of a message; alone it opens nothing",
    "postmortems.PostmortemRevision.key": "the name of a section",
    "postmortems.PostmortemSection.key": "the name of a section",
    "sessions.Session.session_key": "Django's own; it ends after twelve hours, and at once with the account",
}
"""Columns whose names sound like secrets, and why they may be readable."""
HASHED = {
    "incidents.Integration.key_digest",
    "oncall.ApiToken.digest",
    "oncall.FeedToken.digest",
    "oncall.User.password",
}
_SOUNDS_SECRET = re.compile(r"secret|token|(^|_)key(_|$)|password|passphrase|credential|webhook|digest")
_TEXT = (models.CharField, models.TextField, models.JSONField, models.UUIDField, models.BinaryField)


def columns_that_sound_secret() -> Iterator[tuple[str, Any]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, _TEXT) and _SOUNDS_SECRET.search(field.name):
                yield f"{model._meta.label}.{field.name}", field


def stored(column: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM oncall_contactmethod WHERE id = %s", [pk])  # noqa: S608 - ours
        return str(cursor.fetchone()[0])


def webhook(**fields: Any) -> ContactMethod:
    method = make.ContactMethodFactory.build(
        user=make.UserFactory(), kind="webhook", address=URL, secret="signs the calls", **fields
    )
    method.seal_address(URL)
    method.save()
    return ContactMethod.objects.get(pk=method.pk)


def in_clear(**fields: Any) -> int:
    """A webhook as versions before encryption stored it."""
    method = make.ContactMethodFactory(kind="webhook", address=URL, **fields)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE oncall_contactmethod SET secret = 'signs the calls' WHERE id = %s", [method.pk])
    return int(method.pk)


def codes() -> set[str]:
    return {finding.code for finding in health_checks.check_health(at=NOON).findings}


class TestColumns:
    def test_that_sound_secret_are_encrypted_hashed_or_have_a_reason(self) -> None:
        others = {name for name, field in columns_that_sound_secret() if not isinstance(field, EncryptedField)}

        assert others - HASHED == READABLE.keys()
        assert others >= HASHED

    def test_of_histories_hold_no_secret(self) -> None:
        copies = {
            f"{model.__name__}.{field.name}"
            for model in apps.get_models()
            if hasattr(model, "history_id") or model.__name__.startswith("Historical")
            for field in model._meta.local_fields
            if isinstance(field, EncryptedField) or "digest" in field.name or field.name == "password"
        }

        assert copies == set()


class TestField:
    def test_stores_nothing_readable_and_gives_it_back(self) -> None:
        method = webhook()

        assert stored("secret", method.pk).startswith("enc1:")
        assert "secret-in-the-path" not in str(ContactMethod.objects.values().get(pk=method.pk))
        assert "secret-in-the-path" not in stored("webhook_url", method.pk) + stored("address", method.pk)
        assert (method.secret.reveal(), method.destination) == ("signs the calls", URL)

    def test_encrypts_one_text_differently_each_time(self) -> None:
        assert encryption.encrypt("same") != encryption.encrypt("same")

    def test_never_prints(self) -> None:
        secret = ContactMethod(secret="signs the calls").secret

        assert "signs" not in f"{secret} {secret!r}"

    def test_cannot_be_searched(self) -> None:
        with pytest.raises(FieldError, match="cannot be searched"):
            ContactMethod.objects.filter(secret="signs the calls")

    def test_counts_the_characters_of_the_secret_itself(self) -> None:
        method = ContactMethod(user=make.UserFactory(), kind="sms", address="+49301234567", secret="x" * 121)

        with pytest.raises(ValidationError, match="at most 120"):
            method.full_clean()

    def test_refuses_kindly_to_store_without_a_key(self, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = []
        method = ContactMethod(user=make.UserFactory(), kind="sms", address="+49301234567", secret="x")

        with pytest.raises(ValidationError, match="Ask the operator to set ENCRYPTION_KEYS"):
            method.full_clean()
        with pytest.raises(SecretUnreadable):
            method.save()

    def test_loads_and_saves_a_record_whose_secret_it_cannot_read(self, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        method = webhook()
        settings.ENCRYPTION_KEYS = [SECOND]

        method = ContactMethod.objects.get(pk=method.pk)
        method.save()
        settings.ENCRYPTION_KEYS = [FIRST]

        assert ContactMethod.objects.get(pk=method.pk).secret.reveal() == "signs the calls"

    def test_never_gives_an_empty_secret_for_one_it_cannot_read(self, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        method = webhook()
        for keys in ([], [SECOND], ["short"]):
            settings.ENCRYPTION_KEYS = keys
            with pytest.raises(SecretUnreadable):
                method.secret.reveal()
            with pytest.raises(SecretUnreadable):
                method.destination  # noqa: B018 - a property that raises

    def test_notices_a_changed_value(self) -> None:
        value = encryption.encrypt("signs the calls")

        with pytest.raises(SecretUnreadable):
            encryption.decrypt(value[:-2] + ("AA" if value[-2:] != "AA" else "BB"))


class TestRotation:
    def test_encrypts_again_with_the_new_first_key_and_says_how_many(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        methods = [webhook() for _ in range(2)]
        totp = TOTP.activate(make.UserFactory(), "JBSWY3DP").instance
        settings.ENCRYPTION_KEYS = [SECOND, FIRST]
        assert "secrets_outdated" in codes()

        call_command("rotate_secrets")
        settings.ENCRYPTION_KEYS = [SECOND]

        assert "ContactMethod.secret: 2 encrypted." in capsys.readouterr().out
        assert [ContactMethod.objects.get(pk=m.pk).secret.reveal() for m in methods] == ["signs the calls"] * 2
        assert encryption.decrypt(Authenticator.objects.get(pk=totp.pk).data["secret"]) == "JBSWY3DP"
        assert not codes() & {"secrets_outdated", "secrets_unreadable"}

    def test_moves_what_earlier_versions_stored_readable(self, capsys: pytest.CaptureFixture[str]) -> None:
        pk = in_clear()
        page = make.PageFactory(channel="webhook", address=URL, contact_method_id=pk)
        unsent = make.PageFactory(
            channel="webhook", address=URL, contact_method_id=pk, user=ContactMethod.objects.get(pk=pk).user
        )
        totp = Authenticator.objects.create(user=make.UserFactory(), type="totp", data={"secret": "JBSWY3DP"})
        method = ContactMethod.objects.get(pk=pk)
        assert (method.destination, method.secret.reveal()) == (URL, "signs the calls")
        assert "secrets_outdated" in codes()

        call_command("rotate_secrets")

        method.refresh_from_db()
        assert (method.destination, method.secret.reveal()) == (URL, "signs the calls")
        assert "secret-in-the-path" not in stored("address", pk) + stored("webhook_url", pk)
        addresses = set(Page.objects.filter(pk__in=[page.pk, unsent.pk]).values_list("address", flat=True))
        assert addresses == {method.address}
        totp.refresh_from_db()
        assert encryption.decrypt(totp.data["secret"]) == "JBSWY3DP"
        assert "signs" not in stored("secret", pk)
        assert "JBSWY3DP" not in str(totp.data)
        assert "secrets_outdated" not in codes()

        capsys.readouterr()
        call_command("rotate_secrets")
        assert not re.search(r"[1-9]\d* encrypted", capsys.readouterr().out)

    def test_goes_on_after_secrets_it_cannot_read_and_says_so(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        webhook()
        settings.ENCRYPTION_KEYS = [SECOND]
        readable = in_clear()

        with pytest.raises(CommandError, match="secrets cannot be read"):
            call_command("rotate_secrets")

        assert stored("secret", readable).startswith("enc1:")

    def test_refuses_to_start_without_a_key(self, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = []

        with pytest.raises(CommandError, match="ENCRYPTION_KEYS is empty"):
            call_command("rotate_secrets")


class TestWrongKey:
    def test_is_an_alarm_that_names_whose_secrets_wait(self, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        method = webhook()
        settings.ENCRYPTION_KEYS = [SECOND]

        [alarm] = [f for f in health_checks.check_health(at=NOON).alarms if f.code == "secrets_unreadable"]

        assert f"webhook {method.pk}" in alarm.text
        assert "ENCRYPTION_KEYS" in alarm.ends

    def test_says_so_in_plain_words_where_a_second_factor_is_asked(self, client: Client, settings: Settings) -> None:
        settings.ENCRYPTION_KEYS = [FIRST]
        user = make.UserFactory()
        user.set_password(make.PASSWORD)
        user.save()
        TOTP.activate(user, "JBSWY3DP")
        client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD})
        settings.ENCRYPTION_KEYS = [SECOND]

        answer = client.post("/accounts/2fa/authenticate/", {"code": "123456"})

        assert answer.status_code == 503
        assert "Ask the operator to add that key" in answer.content.decode()
        assert "_auth_user_id" not in client.session
