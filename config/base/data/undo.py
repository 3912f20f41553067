"""Taking back what somebody has just done: each app registers the kinds of changes that it can take back.

An offer is signed, belongs to the person who made the change, and ends after some minutes. It names what to put back
and in which state that was left; the kind checks rights and state anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from config.base.data.lifecycle import Refusal
from config.base.data.users import User

LIFETIME = timedelta(minutes=10)
_SALT = "holdfast.undo"
Row = tuple[str, ...]
"""What to put back of one record; its meaning is known to the kind."""


@dataclass(frozen=True)
class Offer:
    """An offer to take back a change: the name of its kind, and what to put back."""

    kind: str
    rows: Sequence[Row]

    def __bool__(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self.rows)


@dataclass(frozen=True)
class Kind:
    """A kind of change. `take_back` answers with what was done in words, and raises Refusal if nothing could be."""

    name: str
    take_back: Callable[[Sequence[Row], User, datetime], str]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; called from an app's `ready()`."""
    _kinds[kind.name] = kind


def sign(offer: Offer, *, person: User) -> str:
    """The offer as text that only this person can use, for some minutes."""
    return signing.dumps([person.pk, offer.kind, offer.rows], salt=_SALT, compress=True)


def take_back(token: str, *, person: User, at: datetime) -> str:
    """Take back the change of a signed offer, and say so. Raises Refusal if that cannot be done any more."""
    try:
        owner, name, rows = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.SignatureExpired:
        minutes = int(LIFETIME.total_seconds() // 60)
        raise Refusal(f"This was done more than {minutes} minutes ago. Change it back on its own page.") from None
    except signing.BadSignature:
        raise Refusal("This cannot be undone from here. Change it back on its own page.") from None
    if owner != person.pk or name not in _kinds:
        raise Refusal("Somebody else did this. Change it back on its own page.")
    return _kinds[name].take_back([tuple(row) for row in rows], person, at)
