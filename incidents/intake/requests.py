"""How every dialect reads a request: limited in size, as strict JSON; success is answered only once it is stored."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, JsonResponse

from config.base.rest.parsers import NotPlainJson, load_json

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
MAX_STORED_BYTES = 16 * 1024

View = Callable[..., JsonResponse]


class Unreadable(Exception):
    """The request cannot become an event; `status` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body.

    Reads at most one byte more than INTAKE_MAX_BYTES. Raises Unreadable for a larger body (413), a
    compressed one (415) and for anything but a JSON object (400).
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreadable("Send the body without compression.", status=415)
    limit: int = settings.INTAKE_MAX_BYTES
    body = request.read(limit + 1)
    if len(body) > limit:
        raise Unreadable(f"The body is too large: send at most {limit // 1024} KiB.", status=413)
    try:
        document = load_json(body)
    except NotPlainJson as error:
        raise Unreadable(f"The body is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise Unreadable("The body is not a JSON object.")
    return document


def refuse_in_trouble(answer: Callable[[], JsonResponse]) -> Callable[[View], View]:
    """Without the database a view answers with `answer()`, 503 and Retry-After: senders try again then.

    Never 429: Alertmanager drops an alert on any 4xx (intake rule 3).
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
            try:
                return view(request, *args, **kwargs)
            # InternalError comes from a read-only server, as after a failover.
            except (OperationalError, InterfaceError, InternalError) as error:
                logger.warning("intake.database", extra={"error": str(error)[:300]})
                response = answer()
                response.status_code = 503
                response.headers["Retry-After"] = str(RETRY_SECONDS)
                return response

        return guarded

    return decorate


def wrong_method(body: dict[str, Any]) -> JsonResponse:
    """The answer to anything but POST."""
    return JsonResponse(body, status=405, headers={"Allow": "POST"})
