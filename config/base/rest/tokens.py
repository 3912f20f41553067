"""Keys that programs sign in with: random, shown once, stored only as a digest."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from config.base.data.users import User

TOKEN_PREFIX = "hf_"  # noqa: S105 - a prefix by which secret scanners recognize the key
PREFIX_LENGTH = 12
_SEEN_EVERY = timedelta(minutes=1)


def new_secret(prefix: str = "") -> str:
    """A fresh key of 256 random bits."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """What is stored of a key. A plain hash is enough: a random key cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>` of the REST API."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """The token's owner and the token, or None if the request carries none.

        Raises AuthenticationFailed for an unknown, expired or revoked token and for a disabled owner.
        """
        parts = authentication.get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed("Send the header as: Authorization: Bearer <token>.")
        token = self._find(parts[1], at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """The challenge that turns a refusal into 401."""
        return self.keyword

    def _find(self, secret: str, *, at: datetime) -> Any:
        """The token, found by its first characters and compared in constant time (bad input 81)."""
        # The model belongs to a layer above; the user model leads to it.
        tokens: Any = get_user_model()._meta.get_field("api_tokens").related_model
        token = tokens.objects.select_related("user").filter(prefix=secret[:PREFIX_LENGTH].replace("\x00", "")).first()
        is_match = token is not None and constant_time_compare(token.digest, digest(secret))
        if not is_match or token.revoked_at or not token.user.is_active:
            raise exceptions.AuthenticationFailed("This token is not valid. Create a new one on your profile page.")
        if token.expires_at and token.expires_at <= at:
            raise exceptions.AuthenticationFailed("This token has expired. Create a new one on your profile page.")
        if token.last_used_at is None:
            tokens.objects.filter(pk=token.pk, last_used_at=None).update(last_used_at=at)
        elif token.last_used_at < at - _SEEN_EVERY:
            # Requests at the same time find the same old value; only the first of them writes.
            tokens.objects.filter(pk=token.pk, last_used_at=token.last_used_at).update(last_used_at=at)
        return token
