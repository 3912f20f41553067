"""What happens when a session has ended while its person was working: one answer for pages, forms and refreshes.

Nothing typed is lost: a refresh leaves the page as it is, with a notice; a form leads over the sign-in back to the
page it stood on, whose draft the browser has kept, and the page says that it is not saved yet.
"""

from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

HEADER = "Session-Ended"
"""Of an answer to a script: the address where the reader goes on."""
REFRESH_HEADER = "X-Refresh"
"""Of a request that a page makes by itself, without its reader."""
_NOT_SAVED = "not-saved"
_NOT_SAVED_SECONDS = 3600
_SIGN_IN_FIRST = "You were signed out, so nothing was saved. Sign in to go on: what you typed is kept in this browser."
_SEND_AGAIN = "You were signed out before this was sent, so it is not saved yet. Check it and send it again."
_OUTDATED = "This page was older than your last sign-in, so nothing was saved. Check it and send it again."


def is_refresh(request: HttpRequest) -> bool:
    """Whether a page asks by itself: that is no sign that its reader is still there."""
    return REFRESH_HEADER in request.headers


def is_script(request: HttpRequest) -> bool:
    """Whether a script asks, for a part of a page."""
    return is_refresh(request) or "HX-Request" in request.headers


def sign_in_instead(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """The answer for somebody whose session has ended, in place of a bare way to the sign-in page."""
    if not _asks_to_sign_in(answer):
        return answer
    page = page_of(request)
    if is_script(request):
        address = str(redirect_to_login(page, settings.LOGIN_URL).url)
        ended = HttpResponse(_SIGN_IN_FIRST, status=401, content_type="text/plain; charset=utf-8")
        ended.headers[HEADER] = address
        if "HX-History-Restore-Request" in request.headers:  # Back: there is no page to leave as it is
            ended.headers["HX-Redirect"] = address
            del ended.headers[HEADER]
        return ended
    if request.method == "POST":
        messages.warning(request, _SIGN_IN_FIRST)
        return _remember(redirect_to_login(page, settings.LOGIN_URL), page=page)
    return answer


def send_again(request: HttpRequest) -> HttpResponse | None:
    """The answer for a form from before the last sign-in, whose token is old; None for any other without a token.

    The person signed in again in another tab. The page it came from shows what was typed, and says it is not saved.
    """
    if settings.CSRF_COOKIE_NAME not in request.COOKIES or not _is_ours(request, _referer(request)):
        return None
    page = page_of(request)
    if is_script(request):
        outdated = HttpResponse(_OUTDATED, status=403, content_type="text/plain; charset=utf-8")
        outdated.headers[HEADER] = page
        return outdated
    messages.warning(request, _OUTDATED)
    return HttpResponseRedirect(page)


def is_reminder_due(request: HttpRequest) -> bool:
    """Whether this request shows the page of a form that was not saved, to somebody who has signed in again."""
    is_page = request.method == "GET" and request.user.is_authenticated and not is_script(request)
    return is_page and request.COOKIES.get(_NOT_SAVED) == quote(request.get_full_path())


def remind(request: HttpRequest) -> None:
    """Say on the page of this request that the last form is not saved yet."""
    messages.warning(request, _SEND_AGAIN)


def end_reminder(answer: HttpResponseBase) -> None:
    """Say it once."""
    answer.delete_cookie(_NOT_SAVED, samesite="Lax")


def page_of(request: HttpRequest) -> str:
    """The page from which a request came, as a path of ours; the queue if that is not known."""
    referer = _referer(request)
    if not _is_ours(request, referer):
        return "/"
    parts = urlsplit(referer)
    page = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return page if _is_ours(request, page) else "/"


def _referer(request: HttpRequest) -> str:
    return request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def _asks_to_sign_in(answer: HttpResponseBase) -> bool:
    """Whether a view refused because nobody is signed in: the way to the sign-in page that names a way back."""
    if answer.status_code != 302:
        return False
    target = urlsplit(answer.headers.get("Location", ""))
    return target.path in {reverse(settings.LOGIN_URL), reverse("admin:login")} and "next" in parse_qs(target.query)


def _remember(answer: HttpResponseRedirect, *, page: str) -> HttpResponseRedirect:
    """Keep in the browser which page's form was not saved, until its person has signed in."""
    answer.set_cookie(
        _NOT_SAVED,
        quote(page),
        max_age=_NOT_SAVED_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer
