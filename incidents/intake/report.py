"""A sender's event in our terms: every dialect reads its messages into this."""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from config.base.data import text
from incidents.intake.lenient_json import clean_text
from incidents.models import EventAction

KEY_LENGTH = 255
# Times outside of these years come from a broken clock or are a placeholder such as Go's year 1.
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
    payload: dict[str, object] = field(default_factory=dict)
    started_at: datetime | None = None
    """By the sender's clock; None if the sender does not send it."""
    ended_at: datetime | None = None
    """By the sender's clock; only for a resolve."""
    problem: str = ""
    """What was corrected, for the integration's page."""


def line(value: object, *, max_length: int) -> str:
    """A sender's text on one clean line of at most `max_length` characters; empty for an unreadable value."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Cut before cleaning too: half a megabyte of text need not be normalized for 300 characters.
    cleaned = text.clean_line(str(value)[: max_length * 4])[:max_length].rstrip()
    return cleaned if any(unicodedata.category(character)[0] not in "CZ" for character in cleaned) else ""


def key_text(value: object) -> str:
    """A key as the sender means it: without outer spaces, a number as its text; empty if no key was sent."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean_text(str(value)).strip()


def key(value: object) -> str:
    """A key as it is stored: `key_text`, or its beginning and a digest if it is longer than the column."""
    whole = key_text(value)
    if len(whole) <= KEY_LENGTH:
        return whole
    return f"{whole[:180]} {sha256(whole.encode()).hexdigest()}"


def word(value: object) -> str:
    """A sender's keyword: lower case, without outer spaces; empty for what is no text."""
    return value.strip().lower() if isinstance(value, str) else ""


def web_link(*values: object) -> str:
    """The first value that is a web address of at most 500 characters, or an empty text."""
    for value in values:
        address = value.strip() if isinstance(value, str) else ""
        if address.startswith(("http://", "https://")) and len(address) <= 500:
            return text.clean_line(address).replace(" ", "%20")[:500]
    return ""


def instant(value: object) -> datetime | None:
    """The instant of an ISO 8601 text, in UTC; None if it is not valid or its year is implausible."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        aware = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year in _YEARS else None
