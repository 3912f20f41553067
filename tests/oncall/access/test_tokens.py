"""API tokens: the key is shown once, only its digest is stored, and a revoked token is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.base.rest import idempotency
from config.base.rest.tokens import digest
from oncall.access import tokens
from oncall.models import ApiToken, IdempotentRequest
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def status_with(key: str) -> int:
    """The status of a request with this key."""
    return int(APIClient().get("/api/v1/teams/", HTTP_AUTHORIZATION=f"Bearer {key}").status_code)


class TestCreateToken:
    def test_stores_the_digest_and_not_the_key(self) -> None:
        token, key = tokens.create_token(user=make.UserFactory(), name="Backup", at=NOON)

        row = ApiToken.objects.values().get(pk=token.pk)
        assert row["digest"] == digest(key)
        assert key not in str(row)
        assert key.startswith(row["prefix"])

    def test_makes_a_different_key_each_time(self) -> None:
        user = make.UserFactory()

        keys = {tokens.create_token(user=user, name="Backup", at=NOON)[1] for _ in range(5)}

        assert len(keys) == 5

    @pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "admin"]])
    def test_refuses_unknown_scopes_and_none(self, scopes: list[str]) -> None:
        with pytest.raises(tokens.BadScopes, match="at least one of"):
            tokens.create_token(user=make.UserFactory(), name="Backup", scopes=scopes, at=NOON)

        assert not ApiToken.objects.exists()


class TestRotateToken:
    @staticmethod
    def _rotated(**fields: Any) -> Any:
        now = timezone.now()
        old, old_key = tokens.create_token(user=make.UserFactory(), name="Backup", scopes=["read"], at=now, **fields)
        new, new_key = tokens.rotate_token(token=old, overlap=timedelta(hours=1), at=now)
        old.refresh_from_db()
        return old, old_key, new, new_key

    def test_lets_both_keys_work_for_the_overlap(self) -> None:
        old, old_key, new, new_key = self._rotated()

        assert (status_with(old_key), status_with(new_key)) == (200, 200)
        assert (new.name, new.scopes, new.user) == (old.name, old.scopes, old.user)
        assert old.expires_at == new.created_at + timedelta(hours=1)

    def test_refuses_the_old_key_after_it(self) -> None:
        old, old_key, _, new_key = self._rotated()
        ApiToken.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

        assert (status_with(old_key), status_with(new_key)) == (401, 200)

    def test_never_lets_the_old_key_outlive_its_own_end(self) -> None:
        now = timezone.now()
        old, _, new, _ = self._rotated(expires_at=now + timedelta(minutes=10))

        assert old.expires_at == now + timedelta(minutes=10)
        assert new.expires_at - new.created_at == old.expires_at - old.created_at

    def test_refuses_tokens_that_have_ended_and_long_overlaps(self) -> None:
        revoked = make.ApiTokenFactory(revoked_at=NOON)
        expired = make.ApiTokenFactory(expires_at=NOON)

        for token in (revoked, expired):
            with pytest.raises(tokens.TokenEnded):
                tokens.rotate_token(token=token, overlap=timedelta(), at=NOON)
        with pytest.raises(tokens.BadOverlap):
            tokens.rotate_token(token=make.ApiTokenFactory(), overlap=timedelta(days=8), at=NOON)
        assert ApiToken.objects.count() == 3

    def test_is_a_button_of_the_persons_own_tokens(self, client: Any) -> None:
        person = make.UserFactory()
        token, key = tokens.create_token(user=person, name="Backup", at=timezone.now())
        other = make.ApiTokenFactory()
        client.force_login(person)

        answer = client.post(f"/me/tokens/{token.pk}/replace/", {"overlap": "24"})

        assert "This key is shown only once" in answer.content.decode()
        assert status_with(key) == 200
        assert client.post(f"/me/tokens/{other.pk}/replace/", {"overlap": "24"}).status_code == 404
        assert person.api_tokens.count() == 2
        tokens.revoke_token(token=token, at=timezone.now())
        again = client.post(f"/me/tokens/{token.pk}/replace/", {"overlap": "24"})
        assert "does not work any more" in again.content.decode()


class TestLastUse:
    def test_is_written_at_most_once_a_minute(self) -> None:
        token: Any
        token, key = tokens.create_token(user=make.UserFactory(), name="Backup", at=timezone.now())
        status_with(key)
        token.refresh_from_db()
        first = token.last_used_at

        status_with(key)
        token.refresh_from_db()
        assert token.last_used_at == first

        ApiToken.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
        status_with(key)
        token.refresh_from_db()
        assert token.last_used_at > first


class TestExpiry:
    @pytest.mark.parametrize(("chosen", "days"), [("30", 30), ("365", 365), ("", None)])
    def test_is_chosen_when_a_token_is_created(self, client: Any, chosen: str, days: int | None) -> None:
        client.force_login(make.UserFactory())

        client.post("/me/tokens/add/", {"name": "Backup", "scopes": ["read"], "expires_in": chosen})

        token = ApiToken.objects.get()
        lifetime = token.expires_at - token.created_at if token.expires_at else None
        assert lifetime == (timedelta(days=days) if days else None)


class TestRevokeToken:
    def test_refuses_the_key_from_then_on(self) -> None:
        now = timezone.now()
        token, key = tokens.create_token(user=make.UserFactory(), name="Backup", at=now)
        assert status_with(key) == 200

        tokens.revoke_token(token=token, at=now)

        assert status_with(key) == 401

    def test_leaves_the_persons_other_tokens(self) -> None:
        user, now = make.UserFactory(), timezone.now()
        token, _ = tokens.create_token(user=user, name="Old", at=now)
        _, other_key = tokens.create_token(user=user, name="New", at=now)

        tokens.revoke_token(token=token, at=now)

        assert status_with(other_key) == 200

    def test_keeps_the_first_time_on_a_second_call(self) -> None:
        token = make.ApiTokenFactory()
        tokens.revoke_token(token=token, at=NOON)

        tokens.revoke_token(token=token, at=NOON + timedelta(days=1))

        token.refresh_from_db()
        assert token.revoked_at == NOON


class TestForgetAnswers:
    def test_deletes_only_stored_answers_that_are_too_old(self) -> None:
        user: Any = make.UserFactory()
        for key, age in (("old", idempotency.RETENTION), ("new", idempotency.RETENTION - timedelta(seconds=1))):
            IdempotentRequest.objects.create(
                user=user, key=key, method="POST", path="/", body_digest="x", status=201, created_at=NOON - age
            )

        assert tokens.forget_answers(at=NOON) == 0

        assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["new"]
