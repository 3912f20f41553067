"""Links between tickets, told on the timelines of both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from incidents.models import EntryKind, LinkKind, Ticket, TicketKind, TicketLink
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused
from oncall.models import User

_BACK = {
    LinkKind.CAUSED_BY: "Caused",
    LinkKind.DUPLICATE_OF: "Has the duplicate",
    LinkKind.RELATED: "Related to",
}


@dataclass(frozen=True)
class Linked:
    """Another ticket as this one sees it."""

    words: str
    ticket: Ticket


@transaction.atomic
def link_tickets(*, from_ticket: Ticket, to_ticket: Ticket, kind: str, actor: User | None, at: datetime) -> TicketLink:
    """Link two tickets; a link that exists is left as it is."""
    if from_ticket.pk == to_ticket.pk:
        raise TicketRefused("A ticket cannot be linked to itself. Choose another one.")
    if kind == LinkKind.CAUSED_BY and to_ticket.kind != TicketKind.PROBLEM:
        raise TicketRefused("Only a problem can be a cause. Choose a problem, or link it as related.")
    link, is_new = TicketLink.objects.get_or_create(
        from_ticket_id=from_ticket.pk,
        to_ticket_id=to_ticket.pk,
        kind=kind,
        defaults={"created_by": actor, "created_at": at},
    )
    if is_new:
        words = LinkKind(kind).label
        _tell(from_ticket, f"{words} {to_ticket}", to_ticket, kind, actor=actor, at=at)
        _tell(to_ticket, f"{_BACK[LinkKind(kind)]} {from_ticket}", from_ticket, kind, actor=actor, at=at)
    return link


def linked_tickets(ticket: Ticket, user: Any) -> list[Linked]:
    """The tickets linked to this one from either end, of those this person may know of."""
    rows = (
        TicketLink.objects.visible_to(user)
        .filter(Q(from_ticket=ticket) | Q(to_ticket=ticket))
        .select_related("from_ticket__severity", "to_ticket__severity")
        .order_by("pk")
    )
    return [
        Linked(LinkKind(row.kind).label, row.to_ticket)
        if row.from_ticket_id == ticket.pk
        else Linked(_BACK[LinkKind(row.kind)], row.from_ticket)
        for row in rows
    ]


def _tell(ticket: Ticket, text: str, other: Ticket, kind: str, *, actor: User | None, at: datetime) -> None:
    # Whoever may read this ticket may not know of a private one.
    words = text if other.visibility == "open" else text.replace(other.title, "(private)")
    timeline.record(
        ticket_id=ticket.pk, kind=EntryKind.LINK, text=f"{words}.".replace("..", "."), at=at, actor=actor,
        data={"ticket": other.reference, "kind": kind},
    )  # fmt: skip
