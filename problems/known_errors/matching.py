"""Finding known errors that look like a new incident, and counting where they helped."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import transaction
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.functions import Greatest

from incidents import response
from incidents.models import EntryKind, Incident, LinkKind, Service, Ticket, Visibility
from incidents.tickets import links, timeline
from incidents.tickets.locking import lock_ticket
from oncall.models import User
from problems.models import WORDS, KnownError, KnownErrorStatus, KnownErrorUse

_MOST_WORDS = 40
_READ = 1_000
_WORD = re.compile(r"[^\W_]{3,}")
_SHOWN = 3
# Tried on the pairs of the tests: the same trouble in other words is found, another one is not.
LEAST = 0.3
_SAME_SERVICE = 0.1
# With the weight 1 for every word, the rank is about the share of the incident's words that were found.
_WEIGHTS = [1.0, 1.0, 1.0, 1.0]


def find(
    *, title: str, text: str = "", service: Service | None = None, user: Any = None, most: int = _SHOWN
) -> Sequence[KnownError]:
    """The published known errors that look most like this trouble, the best first, each with its `score`.

    Without a `user` only those of open problems are found.
    """
    title = title[:300]
    query = _any_word(f"{title} {text[:_READ]}")
    if query is None:
        return []
    near = Greatest(TrigramWordSimilarity(title, "title"), TrigramWordSimilarity(title, "symptoms"))
    same = (
        Case(When(problem__service=service, then=Value(_SAME_SERVICE)), default=Value(0.0)) if service else Value(0.0)
    )
    rows: Any = (
        KnownError.objects.filter(status=KnownErrorStatus.PUBLISHED)
        .annotate(words=WORDS)
        .filter(Q(words=query) | Q(title__trigram_word_similar=title) | Q(symptoms__trigram_word_similar=title))
        .annotate(score=Greatest(near, SearchRank(WORDS, query, weights=_WEIGHTS), output_field=FloatField()) + same)
        .filter(score__gte=LEAST)
        .select_related("problem")
        .order_by("-score", "-hits", "-pk")
    )
    if user is None or not user.is_authenticated:
        rows = rows.filter(problem__visibility=Visibility.OPEN)
    else:
        rows = rows.visible_to(user)
    return list(rows[:most])


def find_for(ticket: Ticket, *, user: Any = None) -> Sequence[KnownError]:
    """Those that look like this incident."""
    seen = Incident.objects.filter(pk=ticket.pk).values_list("customer_impact", flat=True).first() or ""
    return find(title=ticket.title, text=f"{seen} {ticket.description}", service=ticket.service, user=user)


def _any_word(text: str) -> SearchQuery | None:
    """A query for any of the words; None when there are none to look for."""
    words = list(dict.fromkeys(_WORD.findall(text.lower())))[:_MOST_WORDS]
    return (
        SearchQuery(" | ".join(f"'{word}'" for word in words), config="english", search_type="raw") if words else None
    )


@transaction.atomic
def use(*, known_error_id: int, incident_id: int, actor: User | None, at: datetime) -> KnownError:
    """Say that this is the trouble: the hit counts once an incident, the workaround and the cause go along."""
    ticket = lock_ticket(incident_id)
    known = KnownError.objects.select_related("problem").get(pk=known_error_id)
    _, is_new = KnownErrorUse.objects.get_or_create(
        known_error=known, incident_id=ticket.pk, defaults={"used_by": actor, "used_at": at}
    )
    if not is_new:
        return known
    KnownError.objects.filter(pk=known.pk).update(hits=F("hits") + 1, last_hit_at=at)
    known.refresh_from_db(fields=["hits", "last_hit_at"])
    text = f"Known error used: {known.title}. Workaround: {known.workaround}"
    data = {"known_error": known.pk, "problem": known.problem.reference}
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.NOTE, text=text, at=at, actor=actor, data=data)
    if not Incident.objects.values_list("workaround", flat=True).get(pk=ticket.pk):
        response.edit(ticket_id=ticket.pk, changes={"workaround": known.workaround}, actor=actor, at=at)
    links.link_tickets(from_ticket=ticket, to_ticket=known.problem, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return known
