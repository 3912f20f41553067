"""Safe JSON: limited in size and depth, strict, without lone surrogates or NUL."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser

_TOO_LARGE = 10**300


class BodyTooLarge(APIException):
    """The request's body is larger than this address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class NotPlainJson(ValueError):
    """The bytes are not a JSON document that is accepted; the message says why."""


def _refuse_constant(name: str) -> Any:
    raise NotPlainJson(f"{name} is not JSON.")


def load_json(body: bytes, *, max_depth: int | None = None) -> Any:
    """The document in `body`.

    Raises NotPlainJson for anything but UTF-8 JSON, for NaN and infinities, for numbers of more than 300
    digits, for lone surrogates or NUL in text and for nesting beyond `max_depth`
    (JSON_MAX_DEPTH; bad input 1, 2, 4, 5, 6, 7).
    """
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise NotPlainJson("The body is not UTF-8.") from None
    except RecursionError:
        raise NotPlainJson("The document is nested too deeply.") from None
    except ValueError as error:
        raise NotPlainJson(str(error)) from None
    _check(document, max_depth or settings.JSON_MAX_DEPTH)
    return document


def _check(document: object, max_depth: int) -> None:
    level = [document]
    for _ in range(max_depth + 1):
        following: list[Any] = []
        for value in level:
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, (int, float)) and abs(value) >= _TOO_LARGE:
                raise NotPlainJson("A number is too large.")
            elif isinstance(value, Mapping):
                following.extend(value.keys())
                following.extend(value.values())
            elif isinstance(value, list):
                following.extend(value)
        if not following:
            return
        level = following
    raise NotPlainJson("The document is nested too deeply.")


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise NotPlainJson("A text holds a NUL character.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotPlainJson("A text holds half a surrogate pair.") from None


class CappedJSONParser(JSONParser):
    """DRF's JSON parser with limits on size and depth."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The document; 413 if it is too large, 415 if it is compressed, 400 if it is not plain JSON."""
        encoding = (
            parser_context["request"].headers.get("Content-Encoding", "identity") if parser_context else "identity"
        )
        if encoding != "identity":
            raise UnsupportedMediaType(encoding, "Send the body uncompressed.")
        limit = settings.JSON_MAX_BYTES
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The request is too large: send at most {limit // 1024} KiB.")
        try:
            return load_json(body)
        except NotPlainJson as error:
            raise ParseError(f"The body is not JSON that can be read: {error}") from None
