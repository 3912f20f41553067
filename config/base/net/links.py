"""Addresses in messages: always built from SITE_URL, never from a request's Host header."""

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    """The full address of a path of the portal."""
    return f"{settings.SITE_URL}{path}"


def to(view: str, *args: object) -> str:
    """The full address of a named view."""
    return absolute(reverse(view, args=args))
