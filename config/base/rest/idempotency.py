"""`Idempotency-Key`: a POST that is sent again gets the answer of the first one instead of doing it twice.

The answer is stored in the transaction that has the effect, so there is never one without the other, and a
process that dies leaves neither. An advisory lock, which ends with its transaction, marks what is in flight.
"""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions, status
from rest_framework.request import Request

from config.base.data import answers
from config.base.rest.errors import Conflict
from config.base.rest.parsers import BodyTooLarge

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETENTION = answers.RETENTION
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class KeyReused(exceptions.APIException):
    """The key was used for another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = "This Idempotency-Key was used for another request. Choose a fresh key for each new request."


class InFlight(Conflict):
    """The first request with this key has not been answered yet."""

    default_code = "in_flight"
    default_detail = "A request with this Idempotency-Key is still running. Wait a moment, then send it again."


class Replay(Exception):
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def has_key(request: HttpRequest) -> bool:
    """Whether this request carries a key and so must be done at most once."""
    return request.method == "POST" and HEADER in request.headers


def claim(request: Request, *, at: datetime) -> Any:
    """The row to fill with the answer of this request, whose transaction now holds its key.

    Raises Replay if it was answered before, KeyReused if the key belongs to another request, InFlight while
    the first is still running.
    """
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise exceptions.ValidationError({HEADER: ["Send 1 to 200 visible ASCII characters, such as a UUID."]})
    if not answers.take_key(f"idempotency:{request.user.pk}:{key}"):
        raise InFlight
    row = answers.rows()(
        user=request.user,
        key=key,
        method=request.method,
        path=request.get_full_path(),
        body_digest=_digest(request),
        created_at=at,
    )
    existing = answers.rows().objects.filter(user=request.user, key=key).first()
    if existing is None:
        return row
    if existing.created_at <= at - RETENTION:
        existing.delete()
        return row
    if (existing.method, existing.path, existing.body_digest) != (row.method, row.path, row.body_digest):
        raise KeyReused
    raise Replay(_answer(existing))


def store_answer(row: Any, response: HttpResponse) -> None:
    """Store the answer with its effect; a server error is not stored, so that a repeat can succeed."""
    if response.status_code < 500:
        row.status = response.status_code
        row.answer = response.content.decode()
        row.etag = response.headers.get("ETag", "")
        row.save(force_insert=True)


def _digest(request: Request) -> str:
    try:
        return hashlib.sha256(request._request.body).hexdigest()
    except RequestDataTooBig:
        raise BodyTooLarge from None


def _answer(existing: Any) -> HttpResponse:
    response = HttpResponse(existing.answer, status=existing.status, content_type="application/json")
    response.headers[REPLAYED] = "true"
    if existing.etag:
        response.headers["ETag"] = existing.etag
    return response
