"""Global search: each app registers its kinds of records, and each kind answers the same words with one query."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from config.base.data.text import clean_line
from config.base.data.users import User

MAX_CHARACTERS = 200
"""Of what was typed; the rest is not searched."""
MAX_WORDS = 8
MIN_LETTERS = 2
"""A single letter is no word: it would be in nearly every record."""
MIN_PREFIX = 3
"""From here on the last word may be the beginning of a word, because somebody is still typing."""
ROWS = 5
"""Of each kind, where all kinds are on one page."""
ROWS_OF_KIND = 50
"""Of a kind that stands alone."""
_WORD = re.compile(r"[^\W_]{1,40}")
_ENDINGS = re.compile(r"(?:ing|ings|ed|es|s|e|ly|ion|ions|ies|y)$")


@dataclass(frozen=True)
class Question:
    """What somebody looks for: the text on one line, and its words."""

    text: str
    is_cut: bool = False
    """Whether more was typed than is searched."""

    @classmethod
    def of(cls, typed: str) -> "Question":
        """The question, whatever was typed: never an error."""
        line = clean_line(typed[: 4 * MAX_CHARACTERS])
        return cls(text=line[:MAX_CHARACTERS].strip(), is_cut=len(line) > MAX_CHARACTERS or len(typed) > len(line) * 4)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that are looked for, each once; signs between letters part them."""
        words = dict.fromkeys(word.lower() for word in _WORD.findall(self.text))
        return tuple(word for word in words if len(word) >= MIN_LETTERS)[:MAX_WORDS]

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The words without their English endings: what a match of them begins with."""
        return tuple(_stem(word) for word in self.words)


def _stem(word: str) -> str:
    stem = _ENDINGS.sub("", word)
    return stem if len(stem) >= MIN_PREFIX else word


@dataclass(frozen=True)
class Hit:
    """A record that was found."""

    title: str
    url: str
    reference: str = ""
    detail: str = ""
    """What helps to tell it from others: the service, the team, when."""
    excerpt: str = ""
    """The text in which the words are, if they are not in the title."""
    source: str = ""
    """Where the excerpt stands, as "in a note"."""
    status: tuple[str, str, str] | None = None
    """The family, value and label of its badge."""
    opened_at: datetime | None = None
    icon: str = ""
    """Its own icon, if it is not the one of its kind."""
    is_open: bool = True
    is_exact: bool = False
    """Whether its number was typed."""


@dataclass(frozen=True)
class Hits:
    """What one kind found: the best rows, open before done, and how many there are of each."""

    rows: Sequence[Hit] = ()
    open_count: int = 0
    done_count: int = 0
    is_capped: bool = False
    """Whether there may be more done ones than were counted."""
    close_words: Sequence[str] = ()
    """Words of records that were looked for too, because they are one typing error away from one that was typed."""

    @property
    def count(self) -> int:
        """Of both."""
        return self.open_count + self.done_count


@dataclass(frozen=True)
class Limits:
    """How much is wanted of a kind: so many rows, perhaps only done ones."""

    rows: int = ROWS
    is_done_only: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of record. `find` answers with at most one query, and only with what the person may see."""

    name: str
    label: str
    icon: str
    order: int
    find: Callable[[Question, User, Limits], Hits]
    may: Callable[[User], bool] = field(default=lambda _: True)
    has_done: bool = True
    """Whether records of this kind are ever done."""


@dataclass(frozen=True)
class Group:
    """A kind with what it found."""

    kind: Kind
    hits: Hits


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; called from an app's `ready()`."""
    _kinds[kind.name] = kind


def registered() -> list[Kind]:
    """All kinds, in their order."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def kinds_for(user: User) -> list[Kind]:
    """The kinds that this person may search, in their order."""
    return [kind for kind in registered() if kind.may(user)]


def search(question: Question, *, user: User, kinds: Iterable[Kind], limits: Limits) -> list[Group]:
    """What each of the kinds finds, those that found nothing left out."""
    if not question.words and not re.search(r"\d", question.text):
        return []
    groups = [Group(kind, kind.find(question, user, limits)) for kind in kinds]
    return [group for group in groups if group.hits.rows or group.hits.count]
