"""How people look on a page: initials on a quiet ground, and always the name."""

from functools import lru_cache
from typing import Protocol

from django.utils.safestring import SafeString

from config.base.web.markup import fill

_GROUNDS = ("", " is-b", " is-c", " is-d", " is-e")


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(name: str, *, large: bool = False) -> SafeString:
    """A person's initials; the ground hangs on the name, so that it is the same everywhere."""
    ground = _GROUNDS[sum(name.encode()) % len(_GROUNDS)]
    size = " is-lg" if large else ""
    return fill('<span class="hf-avatar{}{}" aria-hidden="true">{}</span>', ground, size, initials(name))


class Named(Protocol):
    """A user or a requester."""

    @property
    def name(self) -> str:
        """How people call them."""


def person_element(user: Named | None, *, note: str = "") -> SafeString:
    """Initials and name of a user or requester; "Nobody yet" for None, so that a hole is seen."""
    if user is None:
        return NOBODY
    return _element(user.name, note)


@lru_cache(maxsize=1024, typed=True)
def _element(name: str, note: str) -> SafeString:
    below = fill(' <span class="hf-sub">{}</span>', note) if note else ""
    return fill('<span class="hf-person">{}<span class="hf-cut">{}</span>{}</span>', avatar(name), name, below)


NOBODY = SafeString(
    '<span class="hf-person hf-nobody"><span class="hf-avatar is-none" aria-hidden="true">?</span>Nobody yet</span>'
)
