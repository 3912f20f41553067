"""Requesters in global search, by name, mail address, place and phone, for those who may see all of them."""

import re
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchVectorExact, TrigramWordSimilarity
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Contains
from django.urls import reverse

from config.base.data.excerpts import plain
from config.base.data.name_search import count_named
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from config.base.data.search_vectors import SharesAny, WordsQuery
from config.base.data.users import User
from incidents.models import Contact
from incidents.models.requesters import CONTACT_TEXT, NAME_SPELLINGS

_MIN_DIGITS = 4
_PHONE = re.compile(r"[\d\s()+./-]+")
_NO_DIGIT = re.compile(r"\(0\)|[^0-9]")
_NOBODY = Q(pk__lt=0)
DIGITS = Func(
    F("phone"), Value(r"\(0\)|[^0-9]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField()
)
"""The digits of a phone number, however they are grouped."""


def find(question: Question, user: User, limits: Limits) -> Hits:
    """Requesters with all of the words, or with these digits in the phone number, or with a name much alike."""
    is_named, is_alike = _conditions(question)
    if limits.is_done_only or not is_named:
        return Hits()
    rows = Contact.objects.filter(is_named | is_alike)
    likeness = TrigramWordSimilarity(question.text, "name")
    return count_named(rows, limits, is_named=is_named, is_done=_NOBODY, likeness=likeness, hit=_hit)


def _conditions(question: Question) -> tuple[Q, Q]:
    """Who is meant, and who may be meant if a letter is wrong."""
    digits = _NO_DIGIT.sub("", question.text)
    if _PHONE.fullmatch(question.text) and len(digits) >= _MIN_DIGITS:
        return Q(Contains(DIGITS, digits.removeprefix("0"))), Q()
    if not question.words:
        return Q(), Q()
    is_alike = Q()
    for word in question.words:
        is_alike &= Q(SharesAny(NAME_SPELLINGS, spellings(plain(word))))
    return Q(SearchVectorExact(CONTACT_TEXT, WordsQuery(question.words))), is_alike


def spellings(word: str) -> list[str]:
    """The word, and the word with each of its letters left out in turn."""
    return [word, *dict.fromkeys(word[:place] + word[place + 1 :] for place in range(len(word)))]


def _hit(contact: Contact) -> Hit:
    return Hit(
        title=contact.name,
        url=f"{reverse('incidents:requesters')}?{urlencode({'search': contact.email or contact.name})}",
        detail=", ".join(filter(None, (contact.location or contact.organisation, contact.phone, contact.email))),
    )


def may(user: User) -> bool:
    """Those who may see all requesters."""
    return user.has_perm("incidents.view_contact")


KIND = Kind(name="requesters", label="Requesters", icon="user-circle", order=60, find=find, may=may, has_done=False)
