"""What the OpenAPI document says of headers: those that requests may carry, and those that answers have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from config.base.rest import etags, idempotency
from config.base.rest.throttles import RATE_LIMIT, RATE_LIMIT_POLICY

LOCATION, ETAG, RETRY_AFTER = "Location", "ETag", "Retry-After"
DEPRECATION, LINK = "Deprecation", "Link"
OURS = (LOCATION, ETAG, RETRY_AFTER, DEPRECATION, LINK, RATE_LIMIT, RATE_LIMIT_POLICY, idempotency.REPLAYED)
"""The headers of the API itself; a test compares every answer's with the document."""


@dataclass(frozen=True)
class Facts:
    """What decides which headers an operation has."""

    is_get: bool
    is_post: bool
    is_alias: bool
    shows_record: bool
    """Whether a success answers with one record, which has a tag."""
    can_be_stale: bool
    """Whether it changes a record that is there."""


def parameters(facts: Facts) -> Iterator[OpenApiParameter]:
    """The headers of an operation's requests and answers."""
    if facts.is_post:
        yield _KEY
    if facts.can_be_stale:
        yield _IF_MATCH
    if facts.is_get and facts.shows_record:
        yield _IF_NONE_MATCH
    yield from _ALWAYS
    yield _answer(LOCATION, "The address of the new record.", statuses=(201,), required=True)
    if facts.is_post:
        yield _answer(
            idempotency.REPLAYED,
            "`true` if this is the answer to a repeat; the first answer lacks it.",
            statuses=(200, 201, "4XX", "412"),
        )
    if facts.shows_record:
        yield _answer(
            ETAG,
            "Which version it is and how you see it; for `If-Match` and `If-None-Match`.",
            statuses=(200, 201, 304),
            required=True,
        )
    if facts.can_be_stale:
        yield _answer(ETAG, "The present version, to be read before the change is sent again.", statuses=(412,))
    if facts.is_alias:
        yield _answer(DEPRECATION, "An @ and the second from which this address is deprecated (RFC 9745).")
        yield _answer(LINK, 'The address to use instead, as `rel="successor-version"`.')


def _request(name: str, words: str, *, pattern: str, **options: Any) -> OpenApiParameter:
    shape = {"type": "string", "pattern": f"^{pattern}$"}
    return OpenApiParameter(name, shape, OpenApiParameter.HEADER, description=words, **options)


def _answer(
    name: str, words: str, *, kind: type = str, statuses: tuple[int | str, ...] = (), required: bool = False
) -> OpenApiParameter:
    """A header of answers with these statuses, or of all."""
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, description=words, required=required, response=list(statuses) or True
    )


_KEY = _request(
    idempotency.HEADER,
    "Within 24 hours the same key and body get the first answer again; nothing is done twice.",
    pattern=idempotency.KEY_PATTERN,
    examples=[OpenApiExample("a key of your own", "deploy-4711")],
)
_IF_MATCH = _request(
    etags.IF_MATCH,
    "The `ETag` that you read. If the record has changed since, the answer is 412 and nothing is done.",
    pattern=etags.PATTERN,
)
_IF_NONE_MATCH = _request(
    etags.IF_NONE_MATCH,
    "The `ETag` that you have. If the record is still that, the answer is 304 without a body.",
    pattern=etags.PATTERN,
)
_ALWAYS = (
    _answer(RETRY_AFTER, "Seconds to wait before the next try.", kind=int, statuses=("429", "503")),
    _answer(RATE_LIMIT_POLICY, 'How many requests the token may send, and in how many seconds: `"token";q=600;w=60`.'),
    _answer(RATE_LIMIT, 'How many are left, and the seconds until the count begins anew: `"token";r=587;t=41`.'),
)
