"""Links between tickets, recorded on the timelines of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from config.base.data.users import Visitor
from incidents.models import ONE_OF_A_KIND, STANDS_FOR, EntryKind, LinkKind, Ticket, TicketKind, TicketLink
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused
from oncall.models import User

_REVERSE_LABELS = {
    LinkKind.CAUSED_BY: "Caused",
    LinkKind.DUPLICATE_OF: "Has the duplicate",
    LinkKind.MERGED_INTO: "Contains the merged",
    LinkKind.RELATED: "Related to",
    LinkKind.PARENT: "Contains",
}


_LOCK = 7_104
_WORDS = {
    LinkKind.CAUSED_BY: "caused by",
    LinkKind.DUPLICATE_OF: "a duplicate of",
    LinkKind.MERGED_INTO: "merged into",
    LinkKind.PARENT: "part of",
}


@dataclass(frozen=True)
class LinkedTicket:
    """A linked ticket, and how it relates to this one."""

    relation: str
    ticket: Ticket


@transaction.atomic
def link_tickets(*, from_ticket: Ticket, to_ticket: Ticket, kind: str, actor: User | None, at: datetime) -> TicketLink:
    """Link two tickets; an existing link is left as it is, also one that says the same from the other end.

    Raises TicketRefused for a link that makes no sense: to itself, in a circle, for a ticket for which another one
    stands already, or that is a part of another one already.
    """
    _check_kinds(from_ticket, to_ticket, kind)
    if kind != LinkKind.CAUSED_BY or from_ticket.kind == TicketKind.PROBLEM:
        # Two links that are each right may form a circle together, so the second waits for the first. An incident's
        # cause cannot be in a circle, and does not wait.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if existing := _same_link(from_ticket, to_ticket, kind):
            return existing
        _refuse_second(from_ticket, kind, actor=actor)
        _refuse_circle(from_ticket, to_ticket, kind)
    link, is_new = TicketLink.objects.get_or_create(
        from_ticket_id=from_ticket.pk,
        to_ticket_id=to_ticket.pk,
        kind=kind,
        defaults={"created_by": actor, "created_at": at},
    )
    if is_new:
        _record(from_ticket, LinkKind(kind).label, to_ticket, kind, actor=actor, at=at)
        _record(to_ticket, _REVERSE_LABELS[LinkKind(kind)], from_ticket, kind, actor=actor, at=at)
    return link


@transaction.atomic
def unlink_parent(*, ticket: Ticket, actor: User | None, at: datetime) -> None:
    """End that a locked ticket is part of another one. Raises TicketRefused if it is part of none."""
    link = parent_of(ticket)
    if link is None:
        raise TicketRefused(f"{ticket.reference} is part of no other ticket any more.")
    parent = link.to_ticket
    link.delete()
    for row, text, other in (
        (ticket, f"Not part of {parent.reference} any more.", parent),
        (parent, f"Does not contain {ticket.reference} any more.", ticket),
    ):
        data = {"ticket": other.reference, "kind": LinkKind.PARENT, "is_removed": True}
        timeline.record(ticket_id=row.pk, kind=EntryKind.LINK, text=text, at=at, actor=actor, data=data)


def parent_of(ticket: Ticket) -> TicketLink | None:
    """The link to the ticket of which this one is a part."""
    return _only_link(ticket, [LinkKind.PARENT])


def other_of(ticket: Ticket) -> TicketLink | None:
    """The link to the ticket that stands for this one, because it is a duplicate or was merged."""
    return _only_link(ticket, STANDS_FOR)


def _only_link(ticket: Ticket, kinds: Sequence[LinkKind]) -> TicketLink | None:
    return TicketLink.objects.filter(from_ticket=ticket, kind__in=kinds).select_related("to_ticket").first()


def _check_kinds(from_ticket: Ticket, to_ticket: Ticket, kind: str) -> None:
    if from_ticket.pk == to_ticket.pk:
        raise TicketRefused("A ticket cannot be linked to itself. Choose another ticket.", field="to_ticket")
    if kind == LinkKind.CAUSED_BY and to_ticket.kind != TicketKind.PROBLEM:
        raise TicketRefused(
            "Only a problem can be a cause. Choose a problem, or link it as related.", field="to_ticket"
        )
    if kind in STANDS_FOR and from_ticket.kind != to_ticket.kind:
        raise TicketRefused(
            f"{from_ticket.reference} and {to_ticket.reference} are records of different kinds, so one cannot stand"
            " for the other. Link them as caused by, or as related.",
            field="to_ticket",
        )
    if kind == LinkKind.PARENT and TicketKind.PROBLEM in {from_ticket.kind, to_ticket.kind} != {TicketKind.PROBLEM}:
        raise TicketRefused(
            f"{from_ticket.reference} and {to_ticket.reference} are records of different kinds, so one cannot be part"
            " of the other. Link the incident as caused by the problem.",
            field="to_ticket",
        )


def _same_link(from_ticket: Ticket, to_ticket: Ticket, kind: str) -> TicketLink | None:
    rows = TicketLink.objects.filter(kind=kind)
    same = Q(from_ticket=from_ticket, to_ticket=to_ticket)
    if kind == LinkKind.RELATED:
        same |= Q(from_ticket=to_ticket, to_ticket=from_ticket)
    return rows.filter(same).order_by("pk").first()


def _refuse_second(ticket: Ticket, kind: str, *, actor: User | None) -> None:
    group = next((kinds for kinds in ONE_OF_A_KIND if kind in kinds), ())
    existing = _only_link(ticket, group)
    if existing is None:
        return
    may_see = actor is not None and Ticket.objects.visible_to(actor).filter(pk=existing.to_ticket_id).exists()
    other = existing.to_ticket.reference if may_see else "another ticket"
    word = _WORDS[LinkKind(existing.kind)]
    raise TicketRefused(f"{ticket.reference} is {word} {other} already. Link the tickets as related instead.")


def _refuse_circle(from_ticket: Ticket, to_ticket: Ticket, kind: str) -> None:
    kinds = STANDS_FOR if kind in STANDS_FOR else (LinkKind(kind),)
    if LinkKind.RELATED in kinds:
        return
    seen: set[int] = set()
    level = {to_ticket.pk}
    while level - seen:
        seen |= level
        level = set(
            TicketLink.objects.filter(from_ticket__in=level, kind__in=kinds).values_list("to_ticket", flat=True)
        )
    if from_ticket.pk in seen:
        word = _WORDS[LinkKind(kind)]
        raise TicketRefused(
            f"{to_ticket.reference} is {word} {from_ticket.reference} already, directly or through others, so this"
            " would make a circle. Check which of the two comes first."
        )


def linked_tickets(ticket: Ticket, user: Visitor) -> list[LinkedTicket]:
    """The tickets linked to or from this one that this person may see."""
    rows = (
        TicketLink.objects.visible_to(user)
        .filter(Q(from_ticket=ticket) | Q(to_ticket=ticket))
        .select_related("from_ticket__severity", "to_ticket__severity")
        .order_by("pk")
    )
    return [
        LinkedTicket(LinkKind(row.kind).label, row.to_ticket)
        if row.from_ticket_id == ticket.pk
        else LinkedTicket(_REVERSE_LABELS[LinkKind(row.kind)], row.from_ticket)
        for row in rows
    ]


def _record(ticket: Ticket, label: str, other: Ticket, kind: str, *, actor: User | None, at: datetime) -> None:
    """By its number alone: the page lists linked tickets by title, for each reader those they may see."""
    timeline.record(
        ticket_id=ticket.pk, kind=EntryKind.LINK, text=f"{label} {other.reference}.", at=at, actor=actor,
        data={"ticket": other.reference, "kind": kind},
    )  # fmt: skip
