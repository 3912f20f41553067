"""Signing in: who may, and how often a person may try."""

import hashlib
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse

from config.base.net import links
from config.sign_in import limits


class AccountAdapter(DefaultAccountAdapter):
    """Administrators create accounts; failed sign-ins count per login and address together."""

    error_messages = DefaultAccountAdapter.error_messages | {limits.CODE: limits.WORDS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: people cannot create accounts themselves."""
        return False

    def ajax_response(self, request: HttpRequest, response: HttpResponse, **parts: object) -> HttpResponse:
        """The answer as JSON; 429 after too many tries."""
        answer: HttpResponse = super().ajax_response(request, response, **parts)
        limits.mark_refused(answer, parts.get("form"))
        return answer

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail, built from SITE_URL and not from the request's Host (bad input 76)."""
        url: str = super().get_reset_password_from_key_url(key)
        return links.absolute_url(urlsplit(url).path)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, object],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The message, with the site's own name in it."""
        message: EmailMessage = super().render_mail(
            template_prefix, email, context | {"site_name": settings.SITE_NAME}, headers
        )
        return message

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Count failures by login *and* address (bad input 69).

        Counting by login alone would let a stranger lock the person on call out at three in the morning.
        """
        login = credentials.get("email") or credentials.get("username") or ""
        address = self.get_client_ip(request) or ""
        return hashlib.sha256(f"{login.lower()}|{address}".encode()).hexdigest()
