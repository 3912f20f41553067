"""Tokens of the REST API: created, shown once, revoked; and stored answers for repeated requests, for a day."""

from collections.abc import Collection
from datetime import datetime

from config.base.data.lifecycle import Refusal
from config.base.rest import idempotency, tokens
from config.base.rest.scopes import OFFERED, Scope
from oncall.models import ApiToken, IdempotentRequest, User


class BadScopes(Refusal):
    """The request for a token names no scope, or an unknown scope."""


def create_token(
    *,
    user: User,
    name: str,
    scopes: Collection[str] = (Scope.READ, Scope.WRITE),
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token of `user` and return it with its key; only a digest of the key is stored, so show it now.

    Raises BadScopes unless `scopes` are some of those that are offered.
    """
    if not scopes or not set(scopes) <= set(OFFERED):
        raise BadScopes(f"Choose at least one of: {', '.join(OFFERED)}.")
    key = tokens.new_secret(tokens.TOKEN_PREFIX)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=key[: tokens.PREFIX_LENGTH],
        digest=tokens.digest(key),
        scopes=sorted(scopes),
        created_at=at,
        expires_at=expires_at,
    )
    return token, key


def revoke_token(*, token: ApiToken, at: datetime) -> ApiToken:
    """Revoke a token for good; a second call changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
    return token


def forget_answers(*, at: datetime) -> int:
    """Delete stored answers to an Idempotency-Key that are too old. Returns 0: nothing is left to do at once."""
    IdempotentRequest.objects.filter(created_at__lte=at - idempotency.RETENTION).delete()
    return 0
