"""How every dialect reads a request: limited in size, leniently; success is answered only once it is stored."""

import functools
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, JsonResponse

from config.base.rest.parsers import NotPlainJson, load_json
from incidents.intake import lenient_json
from incidents.intake.lenient_json import Document, UnreadableJson

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
LARGE_BYTES = 1024 * 1024
"""Bodies above this are parsed and stored one at a time in a process: each takes many times its size of memory."""
LARGE_WAIT_SECONDS = 1.0
_CHUNK = 64 * 1024
_large_body = threading.Lock()

View = Callable[..., JsonResponse]


class Unreadable(Exception):
    """The request cannot become an event; `status` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Busy(Exception):
    """Another large body is being stored; the sender comes again in a moment."""


def read_object(request: HttpRequest) -> dict[str, object]:
    """The JSON object in the body, of at most INTAKE_MAX_BYTES; raises Unreadable."""
    limit: int = settings.INTAKE_MAX_BYTES
    content: dict[str, object] = parse_object(read_body(request, limit=limit), limit=limit).content
    return content


def read_body(request: HttpRequest, *, limit: int) -> bytes:
    """The bytes of the body, or the first `limit` + 1 of a larger one: the caller says what becomes of that.

    Raises Unreadable (415) for a compressed body. Django's DATA_UPLOAD_MAX_MEMORY_SIZE holds for `request.body`
    alone, so it does not limit senders.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Unreadable("Send the body without compression.", status=415)
    return request.read(limit + 1)


def announced_bytes(request: HttpRequest) -> int:
    """The size of the body by its Content-Length; 0 without a valid one."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 16 else 0


def parse_object(body: bytes, *, limit: int) -> Document:
    """The JSON object in the body and what was corrected in it.

    Raises Unreadable for a body of more than `limit` bytes (413), and for anything but an object (400).
    """
    if len(body) > limit:
        raise Unreadable(f"The body is too large: send at most {limit // 1024} KiB.", status=413)
    try:
        document = lenient_json.load(body)
    except UnreadableJson as error:
        raise Unreadable(f"The body is not valid JSON: {error}") from None
    if not isinstance(document.content, dict):
        raise Unreadable("The body is not a JSON object.")
    return document


def is_plain(body: bytes) -> bool:
    """Whether the body is JSON that the REST API would take too: nothing in it needs a correction."""
    try:
        load_json(body)
    except NotPlainJson:
        return False
    return True


def skip_rest(request: HttpRequest, *, limit: int) -> int:
    """Read on without keeping it, at most `limit` bytes, and return how many there were.

    A sender that is answered before it has sent everything may take the closed connection for a failure.
    """
    count = 0
    while count < limit and (chunk := request.read(_CHUNK)):
        count += len(chunk)
    return count


@contextmanager
def large_body_alone(size: int) -> Iterator[None]:
    """Within it this process handles no other body over LARGE_BYTES; raises Busy if that would take long."""
    if size <= LARGE_BYTES:
        yield
        return
    if not _large_body.acquire(timeout=LARGE_WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _large_body.release()


def refuse_in_trouble(answer: Callable[[], JsonResponse]) -> Callable[[View], View]:
    """Without the database a view answers with `answer()`, 503 and Retry-After: senders try again then.

    Never 429: Alertmanager drops an alert on any 4xx (intake rule 3). The same while a large body is being
    stored (intake rule 13).
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
            try:
                return view(request, *args, **kwargs)
            # InternalError comes from a read-only server, as after a failover.
            except (OperationalError, InterfaceError, InternalError, Busy) as error:
                logger.warning("intake.database", extra={"error": str(error)[:300] or "large body"})
                response = answer()
                response.status_code = 503
                response.headers["Retry-After"] = str(RETRY_SECONDS)
                return response

        return guarded

    return decorate


def wrong_method(body: Mapping[str, object]) -> JsonResponse:
    """The answer to anything but POST."""
    return JsonResponse(body, status=405, headers={"Allow": "POST"})
