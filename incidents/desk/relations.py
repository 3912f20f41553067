"""What stands behind a ticket in a list: the known error that caused it."""

from collections.abc import Mapping, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from incidents.models import PREFIXES, LinkKind, Ticket, TicketKind, TicketLink, TicketStatus
from incidents.models.tickets.ticket import TicketQuerySet

_MAX = 4


def with_relations(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `relations`, read in the same query: the problems that caused them."""
    links = TicketLink.objects.filter(from_ticket=OuterRef("pk"), kind=LinkKind.CAUSED_BY).order_by("pk")
    row = JSONObject(
        of="to_ticket__kind", number="to_ticket__number", status="to_ticket__status",
        visibility="to_ticket__visibility",
    )  # fmt: skip
    return tickets.with_columns(relations=ArraySubquery(links.values(link=row)[:_MAX]))


def known_error_reference(ticket: Ticket) -> str:
    """The number of the problem behind it whose error is known; empty if there is none that everybody may see."""
    relations: Sequence[Mapping[str, object]] = getattr(ticket, "relations", [])
    for link in relations:
        if link["status"] == TicketStatus.KNOWN_ERROR and link["visibility"] == "open":
            return f"{PREFIXES[TicketKind(str(link['of']))]}-{link['number']}"
    return ""
