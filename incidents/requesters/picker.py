"""Finding requesters by what a caller says: a name, a mail address, or a phone number in any spacing."""

import re
from typing import TypeVar

from django.db.models import Case, Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains

from config.base.data.text import clean_line
from incidents.models import Contact, Ticket
from incidents.models.requesters import PHONE_DIGITS
from oncall.models import User

RowT = TypeVar("RowT", bound=Model)
MAX_ROWS = 8
MAX_WORDS = 6
_MIN_LETTERS = 2
_MIN_DIGITS = 3
_PHONE = re.compile(r"[\d\s()+./-]+")
_NATIONAL = re.compile(r"\(0\)|[^0-9]")


def search_requesters(words: str, *, reader: User, limit: int = MAX_ROWS) -> QuerySet[Contact]:
    """The requesters that the words fit, those whose name begins with them first, each with its `open_tickets`.

    Every word must be in the name or the mail address; a text of digits is a phone number. One query, and nobody
    for who may not see requesters. Open tickets are those that the reader may see.
    """
    words = clean_line(words)[:120]
    condition = _condition(words)
    if condition is None or not reader.has_perm("incidents.view_contact"):
        return Contact.objects.none()
    begins = Case(When(name__istartswith=words, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Contact.objects.filter(condition)
    return with_open_tickets(rows, reader=reader).order_by(begins, "name", "pk")[:limit]


def with_open_tickets(rows: QuerySet[Contact], *, reader: User) -> QuerySet[Contact]:
    """The same requesters, each with the number of its open tickets that the reader may see."""
    tickets = Ticket.objects.visible_to(reader).open().filter(requester=OuterRef("pk")).order_by()
    count = tickets.values("requester").annotate(number=Count("pk", distinct=True)).values("number")
    return rows.annotate(open_tickets=Coalesce(Subquery(count), 0, output_field=IntegerField()))


def is_phone(words: str) -> bool:
    """Whether the text is a phone number, or the beginning of one."""
    return bool(_PHONE.fullmatch(words)) and len(_digits(words)) >= _MIN_DIGITS


def with_number(rows: QuerySet[RowT], phone: str) -> QuerySet[RowT]:
    """Those of the requesters whose number holds these digits."""
    return rows.filter(Contains(PHONE_DIGITS, _digits(phone)))


def _condition(words: str) -> Q | None:
    if is_phone(words):
        return Q(Contains(PHONE_DIGITS, _digits(words)))
    parts = words.split()[:MAX_WORDS]
    if max((len(part) for part in parts), default=0) < _MIN_LETTERS:
        return None
    condition = Q()
    for part in parts:
        condition &= Q(name__icontains=part) | Q(email__icontains=part)
    return condition


def _digits(phone: str) -> str:
    """The digits that every way to write the number has: no leading zeros, which stand for a country or an area."""
    return _NATIONAL.sub("", phone).lstrip("0")
