"""The outermost edge of a request: after a conflict with another transaction it is answered again (paging rule 17)."""

from collections.abc import Callable
from functools import wraps

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from config.base.data.conflicts import RETRY_AFTER_SECONDS, is_conflict, retry_conflicts

View = Callable[..., HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""


def retried(view: View, *, busy: Callable[[HttpRequest], HttpResponseBase]) -> View:
    """The view, tried again in a conflict when the request may change something.

    What is still in conflict at the third try gets the answer of `busy`, with Retry-After.
    """
    with_tries = retry_conflicts(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method in SAFE_METHODS:
            return view(request, *args, **kwargs)
        try:
            return with_tries(request, *args, **kwargs)
        except OperationalError as error:
            if not is_conflict(error):
                raise
            response = busy(request)
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response

    return answer


class Retried:
    """Runs a request that may change something again when it met another transaction (paging rule 17).

    Each try has a view of its own, so that nothing of the one before is left.
    """

    @classmethod
    def as_view(cls, **initkwargs: object) -> Callable[..., HttpResponseBase]:
        """The view; what is still in conflict at the third try gets a 503 that says so."""
        return retried(super().as_view(**initkwargs), busy=_busy)  # type: ignore[misc]  # a mixin: the class behind it has it


def _busy(request: HttpRequest) -> HttpResponse:
    return render(request, "busy.html", {"title": "Please try again"}, status=503)
