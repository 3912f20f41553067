"""Tokens of the REST API: created, shown once, replaced, revoked; and stored answers for repeats, for a day."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from config.base.data.lifecycle import Refusal
from config.base.rest import idempotency, tokens
from config.base.rest.scopes import OFFERED, Scope
from oncall.access import renewals
from oncall.models import ApiToken, IdempotentRequest, User

MAX_OVERLAP = timedelta(days=7)


class BadOverlap(Refusal):
    """The old key would work longer than is allowed."""


class TokenEnded(Refusal):
    """The token was revoked, or has expired."""


class BadScopes(Refusal):
    """The request for a token names no scope, or an unknown scope."""


def create_token(
    *,
    user: User,
    name: str,
    scopes: Collection[str] = (Scope.READ, Scope.WRITE),
    at: datetime,
    actor: User | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token of `user` and return it with its key; only a digest of the key is stored, so show it now.

    Raises BadScopes unless `scopes` are some of those that are offered.
    """
    if not scopes or not set(scopes) <= set(OFFERED):
        raise BadScopes(f"Choose at least one of: {', '.join(OFFERED)}.")
    return _insert(user=user, name=name, scopes=scopes, at=at, actor=actor, expires_at=expires_at)


@transaction.atomic
def rotate_token(
    *, token: ApiToken, overlap: timedelta, at: datetime, actor: User | None = None
) -> tuple[ApiToken, str]:
    """Create the successor of a token, with its name, scopes and lifetime, and return it with its key.

    The old key works for `overlap` longer, at most MAX_OVERLAP, and never beyond its own end: meanwhile programs
    change to the new one. Raises TokenEnded for a token that is revoked or expired.
    """
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise BadOverlap(f"Choose an overlap of at most {MAX_OVERLAP.days} days.", field="overlap")
    old = ApiToken.objects.select_for_update(no_key=True).select_related("user").get(pk=token.pk)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= at):
        raise TokenEnded("This token does not work any more. Create a new one.")
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    successor, key = _insert(
        user=old.user, name=old.name, scopes=old.scopes, at=at, actor=actor,
        expires_at=at + lifetime if lifetime else None,
    )  # fmt: skip
    old.expires_at = min(old.expires_at or at + overlap, at + overlap)
    old.save(update_fields=["expires_at"])
    renewals.complete_renewal(token=old, at=at, actor=actor)
    return successor, key


@transaction.atomic
def _insert(
    *,
    user: User,
    name: str,
    scopes: Collection[str],
    at: datetime,
    actor: User | None,
    expires_at: datetime | None,
) -> tuple[ApiToken, str]:
    key = tokens.new_secret(tokens.TOKEN_PREFIX)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=key[: tokens.PREFIX_LENGTH],
        digest=tokens.digest(key),
        scopes=sorted(scopes),
        created_at=at,
        created_by=actor,
        expires_at=expires_at,
    )
    renewals.plan_renewal(token=token, at=at)
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime, actor: User | None = None) -> ApiToken:
    """Revoke a token for good; a second call changes nothing."""
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = at, actor
        token.save(update_fields=["revoked_at", "revoked_by"])
        renewals.complete_renewal(token=token, at=at, actor=actor)
    return token


def forget_answers(*, at: datetime) -> int:
    """Delete stored answers to an Idempotency-Key that are too old. Returns 0: nothing is left to do at once."""
    IdempotentRequest.objects.filter(created_at__lte=at - idempotency.RETENTION).delete()
    return 0
