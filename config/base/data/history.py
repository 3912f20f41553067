"""Why a record changed: the reason that goes into the history of versions, from forms, actions, imports and the API.

`because` covers all that is written in its block: a record, its rows and what is deleted with it. They share one
moment, so that one save can be read as one change. `sign_history` is for a single record that is saved next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Model

from config.base.data.users import User

REASON_LENGTH = 100


@dataclass
class _Change:
    reason: str
    at: datetime | None = None


class Version(Protocol):
    """A row of a history that is about to be written."""

    history_date: datetime
    history_change_reason: str | None


_change: ContextVar[_Change | None] = ContextVar("change", default=None)


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Keep this reason, of at most 100 characters, with every version that is written in the block.

    All versions of the block have the moment of the first. Without a reason they still share their moment.
    """
    token = _change.set(_Change(_one_line(reason)))
    try:
        yield
    finally:
        _change.reset(token)


def sign_history(record: Model, *, actor: User | None, reason: str) -> None:
    """Keep who changes a record and why, in at most 100 characters, with its next version; call it before saving.

    In a block with a reason of its own, the version has both.
    """
    record._history_user = actor  # type: ignore[attr-defined]  # where the history looks for it
    record._change_reason = _one_line(reason) or None  # type: ignore[attr-defined]  # as above


def keep_reason(*, history_instance: Version, **_: object) -> None:
    """Give a version that is about to be written the reason and the moment of its block."""
    change = _change.get()
    if change is None:
        return
    change.at = change.at or history_instance.history_date
    history_instance.history_date = change.at
    reasons = filter(None, (history_instance.history_change_reason, change.reason))
    history_instance.history_change_reason = _one_line(" ".join(reasons)) or None


def _one_line(reason: str) -> str:
    return " ".join(reason.split())[:REASON_LENGTH]
