"""The token of the request that is being answered, for records that say by which program something was done.

The actor is passed to every domain function; the token is not, because it decides nothing: it is only recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_token_id: ContextVar[int | None] = ContextVar("acting_token_id", default=None)


def token_id() -> int | None:
    """The id of the API token that acts, or None for a person in the portal, and for the engine."""
    return _token_id.get()


@contextmanager
def with_token(pk: int | None) -> Iterator[None]:
    """Act with this token until the end of the block."""
    before = _token_id.set(pk)
    try:
        yield
    finally:
        _token_id.reset(before)
