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
