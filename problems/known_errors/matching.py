"""Finds known errors that match a new incident, and counts their uses."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import transaction
from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.functions import Greatest

from incidents import response
from incidents.models import EntryKind, Incident, LinkKind, Service, Ticket, Visibility
from incidents.tickets import links, quoting, timeline
from incidents.tickets.locking import lock_ticket
from oncall.models import User
from problems.models import WORDS, KnownError, KnownErrorStatus, KnownErrorUse

_MAX_WORDS = 40
_MAX_CHARACTERS = 1_000
_WORD = re.compile(r"[^\W_]{3,}")
_MAX_MATCHES = 3
# Chosen with the pairs of the tests: the same fault in other words matches, another fault does not.
MIN_SCORE = 0.3
_SAME_SERVICE = 0.1
# With weight 1 for every word, the rank is about the share of the incident's words that match.
_WEIGHTS = [1.0, 1.0, 1.0, 1.0]


def find_matches(
    *, title: str, text: str = "", service: Service | None = None, user: Any = None, limit: int = _MAX_MATCHES
) -> Sequence[KnownError]:
    """The published known errors that match this text best, the best first, each with its `score` and `seen_hits`.

    Without a `user` only known errors of problems that are not private.
    """
    title = title[:300]
    query = _any_word(f"{title} {text[:_MAX_CHARACTERS]}")
    if query is None:
        return []
    similarity = Greatest(TrigramWordSimilarity(title, "title"), TrigramWordSimilarity(title, "symptoms"))
    service_bonus = (
        Case(When(problem__service=service, then=Value(_SAME_SERVICE)), default=Value(0.0)) if service else Value(0.0)
    )
    rows: Any = (
        KnownError.objects.filter(status=KnownErrorStatus.PUBLISHED)
        .annotate(words=WORDS)
        .filter(Q(words=query) | Q(title__trigram_word_similar=title) | Q(symptoms__trigram_word_similar=title))
        .annotate(
            score=Greatest(similarity, SearchRank(WORDS, query, weights=_WEIGHTS), output_field=FloatField())
            + service_bonus
        )
        .filter(score__gte=MIN_SCORE)
        .select_related("problem")
        .with_uses(user or AnonymousUser())
        .order_by("-score", "-seen_hits", "-pk")
    )
    if user is None or not user.is_authenticated:
        rows = rows.filter(problem__visibility=Visibility.OPEN)
    else:
        rows = rows.visible_to(user)
    return list(rows[:limit])


def find_matches_for(ticket: Ticket, *, user: Any = None) -> Sequence[KnownError]:
    """The known errors that match this incident."""
    impact = Incident.objects.filter(pk=ticket.pk).values_list("customer_impact", flat=True).first() or ""
    return find_matches(title=ticket.title, text=f"{impact} {ticket.description}", service=ticket.service, user=user)


def _any_word(text: str) -> SearchQuery | None:
    """A query for any of the words; None without words."""
    terms = list(dict.fromkeys(_WORD.findall(text.lower())))[:_MAX_WORDS]
    return (
        SearchQuery(" | ".join(f"'{term}'" for term in terms), config="english", search_type="raw") if terms else None
    )


@transaction.atomic
def use(*, known_error_id: int, incident_id: int, actor: User | None, at: datetime) -> KnownError:
    """Record that it explains the incident: counted once per incident; copy the workaround and link the problem.

    Nothing of a private problem is copied: who may see it reads the workaround on the page of the known error.
    """
    ticket = lock_ticket(incident_id)
    known_error = KnownError.objects.select_related("problem").get(pk=known_error_id)
    _, is_new = KnownErrorUse.objects.get_or_create(
        known_error=known_error, incident_id=ticket.pk, defaults={"used_by": actor, "used_at": at}
    )
    if not is_new:
        return known_error
    KnownError.objects.filter(pk=known_error.pk).update(hits=F("hits") + 1, last_hit_at=at)
    known_error.refresh_from_db(fields=["hits", "last_hit_at"])
    may_quote = quoting.may_quote(known_error.problem, inside=ticket)
    text = f"Known error used: that of {known_error.problem.reference}, which is private."
    if may_quote:
        text = f"Known error used: {known_error.title}. Workaround: {known_error.workaround}"
    data = {"known_error": known_error.pk, "problem": known_error.problem.reference}
    timeline.record(ticket_id=ticket.pk, kind=EntryKind.NOTE, text=text, at=at, actor=actor, data=data)
    if may_quote and not Incident.objects.values_list("workaround", flat=True).get(pk=ticket.pk):
        response.edit(ticket_id=ticket.pk, changes={"workaround": known_error.workaround}, actor=actor, at=at)
    links.link_tickets(from_ticket=ticket, to_ticket=known_error.problem, kind=LinkKind.CAUSED_BY, actor=actor, at=at)
    return known_error
