"""The last word on a ticket: who spoke last, and when; it says whether somebody waits for us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, ExpressionWrapper, F, OuterRef
from django.db.models.functions import JSONObject

from config.base.data.moments import read_moment
from incidents.models import EntryKind, Ticket, TimelineEntry
from incidents.models.tickets.ticket import TicketQuerySet

_SPOKEN = (EntryKind.NOTE, EntryKind.COMMENT)


@dataclass(frozen=True)
class LastWord:
    """The latest note or comment: whether the requester wrote it, and when."""

    by_requester: bool
    at: datetime


def with_last_words(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `last_words`, read in the same query: their latest note or comment, if there is one."""
    spoken = TimelineEntry.objects.filter(ticket=OuterRef("pk"), kind__in=_SPOKEN).order_by("-at", "-id")
    entry = JSONObject(at="at", user="actor")
    return tickets.with_columns(
        last_words=ArraySubquery(spoken.values(entry=entry)[:1]),
        requester_user=ExpressionWrapper(F("requester__user"), output_field=BigIntegerField()),
    )


def last_word(ticket: Ticket) -> LastWord | None:
    """The last word of a row of `with_last_words`; None if nobody has spoken since it was opened."""
    entries: Sequence[Mapping[str, object]] = getattr(ticket, "last_words", [])
    if not entries:
        return None
    user = getattr(ticket, "requester_user", None)
    by_requester = user is not None and entries[0]["user"] == user
    return LastWord(by_requester, read_moment(str(entries[0]["at"]), zone=None))
