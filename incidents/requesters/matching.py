"""Which requesters the words of a caller fit: a name, a mail address, a place, or a phone number in any spacing."""

import re
from typing import TypeVar

from django.contrib.postgres.search import SearchVectorExact
from django.db.models import Model, Q, QuerySet
from django.db.models.lookups import Contains

from config.base.data.excerpts import plain
from config.base.data.search import Question
from config.base.data.search_vectors import SharesAny, WordsQuery
from incidents.models.requesters import CONTACT_TEXT, NAME_SPELLINGS, PHONE_DIGITS

RowT = TypeVar("RowT", bound=Model)
_MIN_TYPED = 4
_MIN_DIGITS = 3
_PHONE = re.compile(r"[\d\s()+./-]+")
_NATIONAL = re.compile(r"\(0\)|[^0-9]")


def conditions_of(question: Question) -> tuple[Q, Q]:
    """Who is meant, and who may be meant if a letter of each word is wrong; both empty for what fits nobody.

    Each word is in the name, the mail address, the organisation or the place, the last one as the beginning of a word;
    a text of digits is a phone number.
    """
    if is_phone(question.text):
        return Q(Contains(PHONE_DIGITS, _digits(question.text))), Q()
    if not question.words:
        return Q(), Q()
    is_alike = Q()
    for word in question.words:
        is_alike &= Q(SharesAny(NAME_SPELLINGS, spellings(plain(word))))
    return Q(SearchVectorExact(CONTACT_TEXT, WordsQuery(question.words))), is_alike


def spellings(word: str) -> list[str]:
    """The word, and the word with each of its letters left out in turn."""
    return [word, *dict.fromkeys(word[:place] + word[place + 1 :] for place in range(len(word)))]


def is_phone(words: str) -> bool:
    """Whether the text is a phone number, or the beginning of one."""
    is_long = sum(sign.isdecimal() for sign in words) >= _MIN_TYPED
    return is_long and bool(_PHONE.fullmatch(words)) and len(_digits(words)) >= _MIN_DIGITS


def with_number(rows: QuerySet[RowT], phone: str) -> QuerySet[RowT]:
    """Those of the requesters whose number holds these digits."""
    return rows.filter(Contains(PHONE_DIGITS, _digits(phone)))


def _digits(phone: str) -> str:
    """The digits that every way to write the number has: no leading zeros, which stand for a country or an area."""
    return _NATIONAL.sub("", phone).lstrip("0")
