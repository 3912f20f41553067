"""Refusals of too many tries: 429 with Retry-After, as a page or as JSON, wherever allauth refuses."""

from collections.abc import Callable
from http import HTTPStatus

from allauth.core.internal.ratelimit import parse_rates
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

CODE = "too_many_login_attempts"
WORDS = (
    "There were too many tries. Wait five minutes and try again, or reset your password."
    " Pages still reach you, and their links work without signing in."
)


class TooManyTries:
    """Gives a form that was refused for too many tries the status 429; allauth answers with 200."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """The same page with another status."""
        mark_refused(response, (response.context_data or {}).get("form"))
        return response


def mark_refused(response: HttpResponseBase, form: object) -> None:
    """Make it a 429 with Retry-After if this form was refused for too many tries."""
    if isinstance(form, forms.BaseForm) and form.is_bound and _is_refused(form):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(seconds_to_wait("login_failed"))


def seconds_to_wait(action: str) -> int:
    """The longest time after which a limit of this action ends."""
    return int(max(rate.duration for rate in parse_rates(settings.ACCOUNT_RATE_LIMITS[action])))


def _is_refused(form: forms.BaseForm) -> bool:
    return any(error.code == CODE for errors in form.errors.as_data().values() for error in errors)
