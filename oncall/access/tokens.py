"""Tokens of the REST API: made, shown once, revoked; and answers that are kept for repeats, for a day."""

from collections.abc import Collection
from datetime import datetime

from config.base.data.lifecycle import Refusal
from config.base.rest import idempotency, tokens
from oncall.models import ApiToken, IdempotentRequest, TokenScope, User


class BadScopes(Refusal):
    """A token was asked for that could do nothing, or something unheard of."""


def create_token(
    *,
    user: User,
    name: str,
    scopes: Collection[str] = tuple(TokenScope.values),
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new token of `user` and its key; the key is kept nowhere, so this is the one moment to show it.

    Raises BadScopes unless `scopes` are some of TokenScope.
    """
    if not scopes or not set(scopes) <= set(TokenScope.values):
        raise BadScopes(f"Choose at least one of: {', '.join(TokenScope.values)}.")
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
    """End a token for good; a second time changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
    return token


def forget_answers(*, at: datetime) -> int:
    """Delete the answers kept for an Idempotency-Key longer than promised. Says 0: nothing is left to do at once."""
    IdempotentRequest.objects.filter(created_at__lte=at - idempotency.RETENTION).delete()
    return 0
