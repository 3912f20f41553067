"""How a message carries the offer to take back what it tells of: in its tags, where Django keeps it with the text."""

from django.contrib.messages.storage.base import Message

from config.base.data import undo
from config.base.data.undo import Offer
from config.base.data.users import User

_PREFIX = "undo:"


def tag_of(offer: Offer | None, *, person: User) -> str:
    """The tag of an offer, signed for this person; empty without one."""
    return f"{_PREFIX}{undo.sign(offer, person=person)}" if offer else ""


def offer_in(message: Message) -> str:
    """The signed offer that a message carries, if it carries one."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_PREFIX) if tags.startswith(_PREFIX) else ""
