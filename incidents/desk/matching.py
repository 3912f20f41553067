"""Open tickets with the words that somebody types: a known trouble gets one more requester, and no new ticket."""

import re

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents.models import Contact, Ticket
from incidents.models.tickets.ticket import TITLE_WORDS
from oncall.models import User

MAX_MATCHES = 4
_MAX_WORDS = 12
_MIN_SCORE = 0.2
"""About every third word of what is typed is in the title."""
_MAX_RANKED = 500
"""So many of the newest with one of the words are ranked; a word that every ticket has costs no more."""
_WORD = re.compile(r"[^\W_]{2,}")
_WEIGHTS = [1.0, 1.0, 1.0, 1.0]


def find_tickets(words: str, *, reader: User, limit: int = MAX_MATCHES) -> QuerySet[Ticket]:
    """The open incidents whose titles have these words, the best first, each with `added`, its further requesters.

    One query, by an index of the open tickets; the last word may be the beginning of one. Private tickets only for
    those who may see them.
    """
    query = _any_word(words[:300])
    if query is None:
        return Ticket.objects.none()
    added = Contact.objects.filter(affecting_tickets=OuterRef("pk")).order_by()
    count = added.values("affecting_tickets").annotate(number=Count("pk")).values("number")
    incidents = Ticket.objects.visible_to(reader).incidents().open()
    newest = incidents.alias(title_words=TITLE_WORDS).filter(title_words=query).order_by("-pk").values("pk")
    return (
        Ticket.objects.filter(pk__in=newest[:_MAX_RANKED])
        .annotate(
            score=SearchRank(TITLE_WORDS, query, weights=_WEIGHTS),
            added=Coalesce(Subquery(count), 0, output_field=IntegerField()),
        )
        .filter(score__gte=_MIN_SCORE)
        .select_related("severity", "team")
        .order_by("-score", "-created_at", "-pk")[:limit]
    )


def _any_word(text: str) -> SearchQuery | None:
    """A query for any of the words; None without words."""
    terms = list(dict.fromkeys(_WORD.findall(text.lower())))[:_MAX_WORDS]
    if not terms:
        return None
    *whole, last = (f"'{term}'" for term in terms)
    return SearchQuery(" | ".join([*whole, f"{last}:*"]), config="english", search_type="raw")
