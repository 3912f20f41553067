"""Addresses in messages: always built from SITE_URL, never from a request's Host header."""

from django.conf import settings
from django.urls import reverse


def absolute_url(path: str) -> str:
    """The full address of a path of the portal."""
    return f"{settings.SITE_URL}{path}"


def view_url(view: str, *args: object) -> str:
    """The full address of a named view."""
    return absolute_url(reverse(view, args=args))
