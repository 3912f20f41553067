"""`Idempotency-Key`: a POST that is sent again gets the answer of the first one instead of doing it twice.

The answer is stored in the transaction that has the effect, so there is never one without the other, and a
process that dies leaves neither. An advisory lock, which ends with its transaction, marks what is in flight.

A repeat passes sign-in, scope, role and record as a fresh request does. A record is then shown anew; an answer
without a record is given only while its caller has the rights of then.
"""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions, status
from rest_framework.request import Request

from config.base.data import answers, rights
from config.base.data.users import User, signed_in
from config.base.rest.errors import Conflict
from config.base.rest.parsers import BodyTooLarge
from config.base.rest.serializers import holds_secret

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETENTION = answers.RETENTION
KEY_PATTERN = "[!-~]{1,200}"
"""Visible ASCII characters."""


class KeyReused(exceptions.APIException):
    """The key was used for another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = "This Idempotency-Key was used for another request. Choose a fresh key for each new request."


class InFlight(Conflict):
    """The first request with this key has not been answered yet."""

    default_code = "in_flight"
    default_detail = "A request with this Idempotency-Key is still running. Wait a moment, then send it again."


class AnswerWithheld(Conflict):
    """The request was done; its answer is for people with rights that the caller no longer has."""

    default_code = "answer_withheld"
    default_detail = "This request was done. Your rights have changed since, so its answer is not shown again."


class ShownOnceOnly(Conflict):
    """The request was done; its answer held a key, which was shown once and not stored."""

    default_code = "shown_once"
    default_detail = f"This request was done. {answers.SHOWN_ONCE}"


class Replay(Exception):
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def has_key(request: HttpRequest) -> bool:
    """Whether this request carries a key and so must be done at most once."""
    return request.method == "POST" and HEADER in request.headers


def claim(request: Request, *, at: datetime) -> Any:
    """The row to fill with the answer of this request, whose transaction now holds its key; a stored one if it
    was answered before.

    Raises KeyReused if the key belongs to another request, InFlight while the first is still running.
    """
    key = request.headers[HEADER]
    if not re.fullmatch(KEY_PATTERN, key):
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
    return existing


def store_answer(row: Any, response: HttpResponse, *, record: Model | None) -> None:
    """Store the answer with its effect; a server error is not stored, so that a repeat can succeed.

    Of an answer with a key, and of one that shows a record, only what it did is stored: a repeat shows the record
    anew, and the key never.
    """
    if response.status_code < 500:
        row.status = response.status_code
        row.is_shown_once = holds_secret(getattr(response, "data", None))
        is_shown_anew = record is not None and response.status_code < 300
        row.answer = "" if row.is_shown_once or is_shown_anew else response.content.decode()
        row.etag = response.headers.get("ETag", "")
        row.location = response.headers.get("Location", "")
        row.record_id = record.pk if record is not None else None
        row.rights = "" if record is not None else _rights(row.user)
        row.save(force_insert=True)


def stored_answer(row: Any, request: Request) -> HttpResponseBase:
    """The stored answer of a request that showed no record, or was refused.

    Raises ShownOnceOnly if it held a key, AnswerWithheld if it succeeded and the caller's rights have changed since.
    """
    if row.is_shown_once:
        raise ShownOnceOnly
    if row.status < 300 and row.rights != _rights(signed_in(request)):
        raise AnswerWithheld
    response = HttpResponse(row.answer, status=row.status, content_type="application/json")
    for header, value in (("ETag", row.etag), ("Location", row.location)):
        if value:
            response.headers[header] = value
    return as_repeat(response)


def as_repeat(response: HttpResponseBase) -> HttpResponseBase:
    """The response, marked as the answer to a repeat."""
    response.headers[REPLAYED] = "true"
    return response


def _rights(user: User) -> str:
    """A digest of what decides what a person may read: rights and teams."""
    teams = sorted(rights.holder(user).role_by_team.items())
    codes = sorted(rights.all_codes(user))
    return hashlib.sha256(f"{user.is_superuser} {codes} {teams}".encode()).hexdigest()


def _digest(request: Request) -> str:
    try:
        return hashlib.sha256(request._request.body).hexdigest()
    except RequestDataTooBig:
        raise BodyTooLarge from None
