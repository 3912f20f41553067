"""What a sender reports, in our words: every dialect reads its messages into this."""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from config.base.data import text
from incidents.models import EventAction

KEY_LENGTH = 255
# Instants outside of these years are a broken clock or a placeholder such as Go's year 1.
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Report:
    """One event of a sender; the texts are clean and no longer than their columns."""

    action: EventAction
    dedup_key: str
    group_key: str = ""
    title: str = ""
    severity_word: str = ""
    source: str = ""
    link: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    """By the sender's clock; None if the sender does not say."""
    ended_at: datetime | None = None
    """By the sender's clock; only an end can have it."""
    problem: str = ""
    """What was mended, for the integration's page."""


def line(value: object, *, most: int) -> str:
    """A sender's text on one clean line of at most `most` characters; empty for what nobody can read."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Cut before cleaning too: half a megabyte of text need not be normalized to keep 300 characters.
    found = text.clean_line(str(value)[: most * 4])[:most].rstrip()
    return found if any(unicodedata.category(one)[0] not in "CZ" for one in found) else ""


def key(value: str) -> str:
    """A key as it is stored: itself, or its beginning and a digest if it is longer than the column."""
    if len(value) <= KEY_LENGTH:
        return value
    return f"{value[:180]} {sha256(value.encode()).hexdigest()}"


def web_link(*values: object) -> str:
    """The first of the values that is a web address and fits."""
    for value in values:
        if isinstance(value, str) and value.startswith(("http://", "https://")) and len(value) <= 500:
            return text.clean_line(value).replace(" ", "%20")[:500]
    return ""


def instant(value: object) -> datetime | None:
    """An ISO 8601 instant; None if it is none, or from a year no alert is from."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        aware = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year in _YEARS else None
