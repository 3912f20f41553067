"""Signing in: who may, and how often one may try."""

import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; failed sign-ins count per login and address together."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Count failures by login *and* address (bad input 69).

        Counting by login alone would let a stranger lock the person on call out at three in the morning.
        """
        login = credentials.get("email") or credentials.get("username") or ""
        address = self.get_client_ip(request) or ""
        return hashlib.sha256(f"{login.lower()}|{address}".encode()).hexdigest()
