"""Errors before and beyond the views: JSON under /api/, Django's pages elsewhere."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views import csrf, defaults

from config.base.rest.errors import error_document
from config.sign_in import session_end

logger = logging.getLogger(__name__)
_NOT_FOUND = "There is nothing at this address. Addresses end with a slash; `/api/schema/` lists them all."


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _wants_json(request: HttpRequest) -> bool:
    return _is_api(request) or request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _answer(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse(error_document(code, message), status=status)


def _refuse(request: HttpRequest, status: int, code: str, title: str, sentence: str) -> HttpResponse:
    """A refusal as JSON or as a page, as the caller wants. The page needs neither body, session nor sign-in."""
    if _wants_json(request):
        return _answer(code, sentence, status)
    context = {"title": title, "sentence": sentence, "site_name": settings.SITE_NAME}
    return HttpResponse(render_to_string("refused.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: Django itself refused the request; the reason is only in the log."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if _is_api(request):
        return _answer("bad_request", "The request cannot be read. Check its address and headers.", 400)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403 from outside a view."""
    if _is_api(request):
        return _answer("permission_denied", "You may not do that.", 403)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404: no such address."""
    return _answer("not_found", _NOT_FOUND, 404) if _is_api(request) else defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponseBase:
    """500: a bug, or a component that is down; the log has it under the request's id."""
    if _is_api(request):
        message = "Something went wrong on our side, and it is logged. Send the X-Request-ID along when you report it."
        return _answer("error", message, 500)
    return defaults.server_error(request)


def too_large(request: HttpRequest, *, limit: int) -> HttpResponse:
    """413: the body is larger than this address takes."""
    sentence = f"The request is too large: send at most {limit // 1024} KiB."
    return _refuse(request, 413, "too_large", "This is too large", sentence)


def length_required(request: HttpRequest) -> HttpResponse:
    """411: a body without Content-Length."""
    return _refuse(request, 411, "length_required", "The size is missing", "Send the body with a Content-Length.")


def bad_length(request: HttpRequest) -> HttpResponse:
    """400: a Content-Length that is no number."""
    return _refuse(request, 400, "bad_request", "The size is wrong", "Send the size of the body as Content-Length.")


def too_many(request: HttpRequest) -> HttpResponseBase:
    """429: too many requests of this kind from this address."""
    sentence = "There were too many requests from your address. Wait a few minutes, then try again."
    response = _refuse(request, 429, "too_many", "Please wait a moment", sentence)
    response.headers["Retry-After"] = "60"
    return response


def secret_unreadable(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """503: a secret is needed whose encryption key is missing."""
    logger.error("secret.unreadable", exc_info=exception)
    return _refuse(request, 503, "secret_unreadable", "A secret cannot be read", str(exception))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form or script came without the page's token: back to its page if that is old, otherwise 403."""
    if _is_api(request):
        return _answer("permission_denied", "Send the CSRF token as X-CSRFToken, or sign in with a token.", 403)
    again = session_end.send_again(request)
    if again is not None:
        return again
    show: Callable[..., HttpResponse] = csrf.csrf_failure
    return show(request, reason=reason)
