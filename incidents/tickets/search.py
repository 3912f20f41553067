"""Tickets in global search: by number, and by the words of title, description, notes and comments."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When, Window
from django.db.models.functions import Left
from django.urls import reverse

from config.base.data.excerpts import excerpt, holds_any
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from config.base.data.search_vectors import CloseWords, IsAnyOf, WordsQuery
from config.base.data.users import User
from incidents.models import (
    OPEN_STATUSES,
    PREFIXES,
    EntryKind,
    Ticket,
    TicketKind,
    TicketStatus,
    TicketText,
    TimelineEntry,
)

NEWEST = 500
"""Of the done tickets with the words, so many of the newest are looked at; those that are open are all found."""
_PERHAPS_MORE = 400
"""From here on there may be more: some of the newest may be hidden from the reader."""
_DESCRIPTION = 20_000
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
_NUMBER = re.compile(rf"(?:({'|'.join(_KINDS)})[-\s]?|#)?([0-9]{{1,18}})", re.IGNORECASE | re.ASCII)
_ICONS = {TicketKind.PROBLEM.value: "bulb", TicketKind.REQUEST.value: "shopping-cart"}
_OPEN, _DONE, _EXACT = range(3)


class Row(TypedDict):
    """What is read of a ticket."""

    pk: int
    kind: str
    number: int
    title: str
    status: str
    service__name: str | None
    assignee__name: str | None
    team__name: str
    created_at: datetime
    bracket: int
    total: int
    is_in_title: int
    about: str
    note: str | None
    close_words: list[str]


def find(question: Question, user: User, limits: Limits) -> Hits:
    """The tickets that this person may see, in one query: with that number, open ones, then the newest done ones."""
    parts = []
    if (number := _numbered(question.text)) and not limits.is_done_only:
        parts.append(_described(_visible(user).filter(**number), question, bracket=_EXACT)[:1])
    if question.words:
        texts = TicketText.objects.filter(vector=WordsQuery(question.words)).values("ticket")
        is_open = Q(ticket__in=Ticket.objects.filter(status__in=OPEN_STATUSES).values("pk"))
        newest = texts.exclude(is_open).order_by("-ticket", "-pk")[:NEWEST]
        # The second condition is never true: with it the open tickets are read, and looked up among the others.
        open_rows = _visible(user).filter(Q(pk__in=texts) | Q(number__lt=0), status__in=OPEN_STATUSES)
        done_rows = _visible(user).exclude(status__in=OPEN_STATUSES).filter(IsAnyOf("pk", ArraySubquery(newest)))
        if not limits.is_done_only:
            parts.append(_described(open_rows, question, bracket=_OPEN)[: limits.rows])
        parts.append(_described(done_rows, question, bracket=_DONE)[: limits.rows])
    if not parts:
        return Hits()
    first, *others = parts
    rows = cast("list[Row]", list(first.union(*others, all=True) if others else first))
    return _hits(rows, stems=question.stems, limits=limits)


def _visible(user: User) -> QuerySet[Ticket]:
    return Ticket.objects.visible_to(user)


def _numbered(text: str) -> dict[str, object] | None:
    """The columns of the ticket whose number this is, as INC-7, inc7, #7 or 7."""
    number = _NUMBER.fullmatch(text)
    if number is None:
        return None
    kind = {"kind": _KINDS[number[1].upper()]} if number[1] else {}
    return {"number": int(number[2]), **kind}


def _described(rows: QuerySet[Ticket], question: Question, *, bracket: int) -> QuerySet[Ticket, dict[str, Any]]:
    """With all that a hit shows; the note in which the words are is read only if they are not in the title."""
    in_title = Q(pk__isnull=False)
    for stem in question.stems:
        in_title &= Q(title__icontains=stem)
    no_text = Value(None, output_field=TextField())
    note: Case | Value = no_text
    if question.stems:
        talk = TimelineEntry.objects.filter(
            ticket=OuterRef("pk"), kind__in=(EntryKind.NOTE, EntryKind.COMMENT),
            text__iregex=rf"\m({'|'.join(question.stems)})",
        ).order_by("-at", "-pk")  # fmt: skip
        note = Case(When(in_title, then=no_text), default=Subquery(talk.values("text")[:1]))
    return (
        rows.annotate(
            bracket=Value(bracket),
            total=Window(Count("pk")),
            is_in_title=Case(When(in_title, then=Value(1)), default=Value(0), output_field=IntegerField()),
            about=Left("description", _DESCRIPTION),
            note=note,
            close_words=CloseWords(question.words),
        )
        .order_by("-is_in_title", "-pk")
        .values(*Row.__annotations__)
    )


def _hits(rows: Sequence[Row], *, stems: Sequence[str], limits: Limits) -> Hits:
    totals = {row["bracket"]: row["total"] for row in rows}
    ordered = sorted(rows, key=_order)
    unique = {row["pk"]: row for row in reversed(ordered)}
    hits = [_hit(row, stems) for row in reversed(unique.values())]
    exact = next((row for row in ordered if row["bracket"] == _EXACT), None)
    lone = int(exact is not None and sum(row["pk"] == exact["pk"] for row in ordered) == 1)
    is_open = exact is not None and exact["status"] in OPEN_STATUSES
    return Hits(
        rows=hits[: limits.rows],
        open_count=totals.get(_OPEN, 0) + (lone if is_open else 0),
        done_count=totals.get(_DONE, 0) + (0 if is_open else lone),
        is_capped=totals.get(_DONE, 0) >= _PERHAPS_MORE,
        close_words=next((row["close_words"] for row in ordered), ()),
    )


def _order(row: Row) -> tuple[bool, bool, int, int]:
    return row["bracket"] != _EXACT, row["bracket"] == _DONE, -row["is_in_title"], -row["pk"]


def _hit(row: Row, stems: Sequence[str]) -> Hit:
    reference = f"{PREFIXES[TicketKind(row['kind'])]}-{row['number']}"
    text, source = "", ""
    if not row["is_in_title"] and holds_any(row["about"], stems):
        text, source = row["about"], "in the description"
    elif row["note"]:
        text, source = row["note"], "in a note"
    return Hit(
        title=row["title"],
        url=reverse("incidents:ticket", args=[reference]),
        reference=reference,
        detail=", ".join(filter(None, (row["service__name"], row["assignee__name"] or row["team__name"]))),
        excerpt=excerpt(text, stems),
        source=source,
        status=("status", row["status"], TicketStatus(row["status"]).label),
        opened_at=row["created_at"],
        icon=_ICONS.get(row["kind"], ""),
        is_open=row["status"] in OPEN_STATUSES,
        is_exact=row["bracket"] == _EXACT,
    )


KIND = Kind(name="tickets", label="Tickets", icon="urgent", order=10, find=find)
