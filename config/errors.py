"""Errors before and beyond the views: JSON under /api/, Django's pages elsewhere."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import csrf, defaults

from config.base.rest.errors import error_document
from config.sign_in import session_end

_NOT_FOUND = "There is nothing at this address. Addresses end with a slash; `/api/schema/` lists them all."


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _answer(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse(error_document(code, message), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: Django itself refused the request; the reason is only in the log."""
    if _is_api(request) and isinstance(exception, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
        return _answer("too_large", f"The request is too large: send at most {limit} KiB.", 413)
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


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form or script came without the page's token: back to its page if that is old, otherwise 403."""
    if _is_api(request):
        return _answer("permission_denied", "Send the CSRF token as X-CSRFToken, or sign in with a token.", 403)
    again = session_end.send_again(request)
    if again is not None:
        return again
    show: Callable[..., HttpResponse] = csrf.csrf_failure
    return show(request, reason=reason)
