"""Which integration a key opens; remembered for a few seconds, so that an alert costs no look-up."""

import time
from dataclasses import dataclass

from config.base.rest import tokens
from incidents.models import Integration

REMEMBER_SECONDS = 3.0
"""A key that was changed or paused stops working within this time in every process."""
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """An integration, as far as intake needs it."""

    integration_id: int
    kind: str
    is_paused: bool


_known: dict[str, tuple[float, IntegrationKey]] = {}


def find_key(key: str, *, kind: str) -> IntegrationKey | None:
    """The integration of this dialect that the key belongs to, or None. Wrong keys are never remembered."""
    digest = tokens.digest(key)
    known = _known.get(digest)
    if known is not None and known[0] > time.monotonic():
        return known[1] if known[1].kind == kind else None
    door = _look_up(digest)
    if door is None:
        _known.pop(digest, None)
        return None
    if len(_known) >= _MOST:
        _known.clear()
    _known[digest] = (time.monotonic() + REMEMBER_SECONDS, door)
    return door if door.kind == kind else None


def forget() -> None:
    """Look every key up again; for the process that has just changed one."""
    _known.clear()


def _look_up(digest: str) -> IntegrationKey | None:
    row = Integration.objects.filter(key_digest=digest).values_list("pk", "kind", "paused_at").first()
    return IntegrationKey(row[0], row[1], row[2] is not None) if row else None
