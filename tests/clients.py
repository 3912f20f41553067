"""Clients of the API that sign in with a token."""

from collections.abc import Collection

from django.utils import timezone
from rest_framework.test import APIClient

from config.base.rest.scopes import Scope
from oncall.access import tokens
from oncall.models import User


def token_of(user: User, scopes: Collection[str] = (Scope.WRITE,)) -> str:
    """A fresh key of this person."""
    _, key = tokens.create_token(user=user, name="Test", scopes=scopes, at=timezone.now())
    return key


def client_of(user: User, scopes: Collection[str] = (Scope.WRITE,)) -> APIClient:
    """A client that carries a token of this person; a bug shows as a 500, not as an exception."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(user, scopes)}")
    return client
