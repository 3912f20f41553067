"""Links between tickets, recorded on the timelines of both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from incidents.models import EntryKind, LinkKind, Ticket, TicketKind, TicketLink
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused
from oncall.models import User

_REVERSE_LABELS = {
    LinkKind.CAUSED_BY: "Caused",
    LinkKind.DUPLICATE_OF: "Has the duplicate",
    LinkKind.RELATED: "Related to",
}


@dataclass(frozen=True)
class LinkedTicket:
    """A linked ticket, and how it relates to this one."""

    relation: str
    ticket: Ticket


@transaction.atomic
def link_tickets(*, from_ticket: Ticket, to_ticket: Ticket, kind: str, actor: User | None, at: datetime) -> TicketLink:
    """Link two tickets; an existing link is left as it is."""
    if from_ticket.pk == to_ticket.pk:
        raise TicketRefused("A ticket cannot be linked to itself. Choose another ticket.", field="to_ticket")
    if kind == LinkKind.CAUSED_BY and to_ticket.kind != TicketKind.PROBLEM:
        raise TicketRefused(
            "Only a problem can be a cause. Choose a problem, or link it as related.", field="to_ticket"
        )
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


def linked_tickets(ticket: Ticket, user: Any) -> list[LinkedTicket]:
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
