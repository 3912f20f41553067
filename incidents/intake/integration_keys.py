"""The integration of a key, cached for a few seconds, so that an alert needs no query."""

import time
from dataclasses import dataclass

from config.base.rest import tokens
from incidents.models import Integration

CACHE_SECONDS = 3.0
"""A key that was changed or paused stops working within this time in every process."""
_MAX_CACHED = 5_000


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """The part of an integration that intake needs."""

    integration_id: int
    kind: str
    is_paused: bool


_cached_keys: dict[str, tuple[float, IntegrationKey]] = {}


def find_key(key: str, *, kind: str = "") -> IntegrationKey | None:
    """The integration that the key belongs to, or None; with a `kind` only one of that dialect.

    Wrong keys are never cached.
    """
    digest = tokens.digest(key)
    cached = _cached_keys.get(digest)
    if cached is not None and cached[0] > time.monotonic():
        return cached[1] if kind in {"", cached[1].kind} else None
    integration_key = _look_up(digest)
    if integration_key is None:
        _cached_keys.pop(digest, None)
        return None
    if len(_cached_keys) >= _MAX_CACHED:
        _cached_keys.clear()
    _cached_keys[digest] = (time.monotonic() + CACHE_SECONDS, integration_key)
    return integration_key if kind in {"", integration_key.kind} else None


def clear_cache() -> None:
    """Forget all cached keys; for the process that has just changed a key."""
    _cached_keys.clear()


def _look_up(digest: str) -> IntegrationKey | None:
    row = Integration.objects.filter(key_digest=digest).values_list("pk", "kind", "paused_at").first()
    return IntegrationKey(row[0], row[1], row[2] is not None) if row else None
