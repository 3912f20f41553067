"""Every error under /api/ in one shape: `{"code", "message", "fields"}`."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler, set_rollback

from config.base.data.lifecycle import Refusal

logger = logging.getLogger(__name__)

_GENERAL = (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS)
_SEE_FIELDS = "Some fields are not valid. See `fields` for each of them."
# DRF's messages, replaced by ones that say what to do next.
_MESSAGES = {
    "not_authenticated": "Send your token as `Authorization: Bearer <token>`. Create one on your profile page.",
    "not_found": "There is nothing at this address, or you may not see it. Addresses end with a slash.",
}


@dataclass(frozen=True)
class Meaning:
    """What a code of errors means: the status of its answers, and what the caller does next."""

    status: int
    advice: str


CODES = {
    "invalid": Meaning(400, "correct the request; `fields` names what is wrong, by the names that were sent"),
    "parse_error": Meaning(400, "send JSON; the message says where it ends being that"),
    "bad_request": Meaning(400, "send a request to the portal's own host name, in plain HTTP"),
    "not_authenticated": Meaning(401, "send a token"),
    "authentication_failed": Meaning(401, "send a token that is valid: this one is unknown, expired or revoked"),
    "permission_denied": Meaning(403, "a token with the scope that the message names, or a role its owner lacks"),
    "not_found": Meaning(404, "nothing there, or you may not see it; addresses end with a slash"),
    "method_not_allowed": Meaning(405, "another method; `OPTIONS` lists them"),
    "not_acceptable": Meaning(406, "accept `application/json`"),
    "conflict": Meaning(409, "the record's state does not allow it; the message says what is possible"),
    "in_flight": Meaning(409, "the first request with this `Idempotency-Key` still runs; send it again in a moment"),
    "answer_withheld": Meaning(409, "the request was done; your rights have changed since, so read what you may"),
    "stale": Meaning(412, "read the record again, then send the change; `ETag` is the present one"),
    "too_large": Meaning(413, "send less"),
    "unsupported_media_type": Meaning(415, "send `application/json`, uncompressed"),
    "key_reused": Meaning(422, "a fresh `Idempotency-Key` for each new request"),
    "throttled": Meaning(429, "wait for `Retry-After` seconds; `RateLimit` says what is left"),
    "error": Meaning(500, "report it with the `X-Request-ID` of the answer"),
    "busy": Meaning(503, "nothing was changed; try again after `Retry-After` seconds"),
    "shown_once": Meaning(409, "the request was done, and its answer held a key; if you lost it, make another one"),
}
"""Every code that an error can have. They stay as they are within a version of the API."""


class Conflict(exceptions.APIException):
    """The record's state does not allow the request."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Stale(exceptions.APIException):
    """The record has changed since the caller read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"
    default_detail = "Somebody else changed this record in the meantime. Read it again, then send your change."

    def __init__(self, *, etag: str = "") -> None:
        super().__init__()
        self.etag = etag


class Busy(exceptions.APIException):
    """The database did not answer in time, or another request holds the record."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "busy"
    default_detail = "The record is busy right now, and nothing was changed. Try again in a few seconds."


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong: a code for programs, a message for people, and messages by field."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]  # the field's public name; it hides nothing we use
        child=serializers.ListField(child=serializers.CharField())
    )


def error_document(code: str, message: str, fields: Mapping[str, list[str]] | None = None) -> dict[str, object]:
    """The one shape."""
    return {"code": code, "message": message, "fields": dict(fields or {})}


def answer_error(error: Exception, context: Mapping[str, object]) -> Response | None:
    """The answer to an error that a view raised; None for a bug, which becomes a 500 that Django logs."""
    error = _as_api_error(error)
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    response.data = _document_of(error)
    if isinstance(error, Busy):
        response.headers["Retry-After"] = "3"
    if isinstance(error, Stale) and error.etag:
        response.headers["ETag"] = error.etag
    return response


def sentences_by_field(error: Exception) -> dict[str, list[str]]:
    """What is wrong, by the dotted name of the field; under an empty name what is about no field."""
    document = _document_of(_as_api_error(error))
    fields = document["fields"]
    return dict(fields) if isinstance(fields, dict) and fields else {"": [str(document["message"])]}


def _as_api_error(error: Exception) -> Exception:
    """The error as an exception of DRF."""
    if isinstance(error, Refusal):
        return exceptions.ValidationError({error.field: [str(error)]}) if error.field else Conflict(str(error))
    if isinstance(error, ModelError):
        has_fields = hasattr(error, "error_dict")
        return exceptions.ValidationError(error.message_dict if has_fields else {NON_FIELD_ERRORS: error.messages})
    if isinstance(error, OperationalError):
        logger.warning("api.database_busy", extra={"error": type(error.__cause__).__name__})
        set_rollback()
        return Busy()
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    return error


def _document_of(error: Exception) -> dict[str, object]:
    if not isinstance(error, exceptions.APIException):
        return error_document("error", str(error))
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flatten(error.detail))
        general = [sentence for key in ("", *_GENERAL) for sentence in fields.pop(key, [])]
        return error_document("invalid", " ".join([*general, _SEE_FIELDS] if fields else general), fields)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else str(error.default_code)
    message = str(error.detail)
    if message == str(error.default_detail):
        message = _MESSAGES.get(code, message)
    return error_document(code, message)


def _flatten(detail: object, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Sentences by dotted path, however deep the field lies."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            # What is wrong with a nested object as a whole is wrong with its field.
            below = path if path and name in _GENERAL else f"{path}.{name}".lstrip(".")
            yield from _flatten(inner, below)
    elif isinstance(detail, list) and any(isinstance(item, (Mapping, list)) for item in detail):
        for place, inner in enumerate(detail):
            yield from _flatten(inner, f"{path}.{place}".lstrip("."))
    else:
        yield path, [str(item) for item in (detail if isinstance(detail, list) else [detail])]
