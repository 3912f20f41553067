"""Middleware of every request: an id, privacy by default, and the reader's time zone."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from config import errors, logs
from config.base.data.clock import find_zone
from config.base.data.encryption import SecretUnreadable
from config.sign_in import session_end

GetResponse = Callable[[HttpRequest], HttpResponse]
_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    """Gives each request an id, or keeps the caller's, and returns it in `X-Request-ID`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id set for the log lines in between."""
        request_id = request.headers.get("X-Request-ID", "")
        token = logs.request_id.set(request_id if _SAFE_ID.fullmatch(request_id) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers.setdefault("X-Request-ID", logs.request_id.get())
            return response
        finally:
            logs.request_id.reset(token)


class BodyLimit:
    """Refuses a body that is announced too large, or not announced at all, before anything reads it (bad input 9)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """413 or 411, as a page or as JSON; else the answer of the view."""
        if request.path_info.startswith(settings.BODY_LIMITS_OF_THEIR_OWN):
            return self.get_response(request)
        announced = request.META.get("CONTENT_LENGTH") or ""
        if not announced and request.headers.get("Transfer-Encoding"):
            # Django reads no body without a length: a form would come empty and nobody would know why.
            return errors.length_required(request)
        if announced and not (announced.isascii() and announced.isdigit() and len(announced) < 16):
            return errors.bad_length(request)
        if announced and int(announced) > settings.BODY_MAX_BYTES:
            return errors.too_large(request, limit=settings.BODY_MAX_BYTES)
        return self.get_response(request)


class PrivateByDefault:
    """Keeps pages and JSON out of shared caches unless a view says otherwise (bad input 80)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with `no-store` unless the view or the static files set their own."""
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class IntakeFastPath:
    """Answers alert sources before the middleware for browsers: session, language, content policy.

    They need none of it, and it is a sixth of the cost of accepting an alert.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the view of an intake address at once; pass any other address on."""
        if not request.path_info.startswith(("/v2/", "/integrations/")):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, urlconf="incidents.intake.urls")
        except Resolver404:
            return self.get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


class PublicFastPath:
    """Answers the public status page and calendar feeds before sessions and languages: they need neither."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the view of a public address at once; pass any other address on."""
        if not request.path_info.startswith(("/status/", "/api/v2/", "/ical/")):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


class RelaxedContentPolicies:
    """Sends the content policies of the admin and of the API's documentation, which need inline code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy of the address."""
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by the CSP middleware
        elif request.path.startswith("/api/docs/"):
            response._csp_replace = settings.DOCS_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by the CSP middleware
        return response


class PersonalTimeZone:
    """Shows times in the signed-in person's zone; UTC for everybody else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the zone active in templates and forms."""
        name = getattr(request.user, "time_zone", "UTC") if request.user.is_authenticated else "UTC"
        with timezone.override(find_zone(name)):
            return self.get_response(request)


class SecretsUnreadable:
    """Answers in plain words where a secret is needed and its encryption key is missing; nothing was sent."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """503 with the sentence of the exception; None for any other."""
        return errors.secret_unreadable(request, exception) if isinstance(exception, SecretUnreadable) else None


class SlidingSession:
    """Lets a session end later when its person does something.

    A page that looks again by itself does not count: a forgotten screen would be signed in for ever.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and slide the session of somebody who is signed in."""
        response = self.get_response(request)
        if request.user.is_authenticated and not session_end.is_refresh(request):
            request.session.slide()  # type: ignore[attr-defined]  # of our own kind of session
        return response


class EndedSession:
    """Answers people whose session has ended: refreshes with a notice, forms with the way back to what was typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with a reminder on the page after the sign-in."""
        is_due = session_end.is_reminder_due(request)
        if is_due:
            session_end.remind(request)
        response = session_end.sign_in_instead(request, self.get_response(request))
        if is_due:
            session_end.end_reminder(response)
        return response  # type: ignore[return-value]  # a response of any kind is passed on
