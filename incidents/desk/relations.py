"""What a ticket in a list belongs to: the known error that caused it, and the ticket of which it is a part."""

from collections.abc import Iterator, Mapping, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from incidents.models import PREFIXES, LinkKind, Ticket, TicketKind, TicketLink, TicketStatus, Visibility
from incidents.models.tickets.ticket import TicketQuerySet

_MAX = 4


def with_relations(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `relations`, read in the same query: the ticket they are part of, and the problems behind them."""
    kinds = (LinkKind.PARENT, LinkKind.CAUSED_BY)
    # The parent first: there is one at most, and of the others only some are read.
    links = TicketLink.objects.filter(from_ticket=OuterRef("pk"), kind__in=kinds).order_by("-kind", "pk")
    row = JSONObject(
        kind="kind", of="to_ticket__kind", number="to_ticket__number", status="to_ticket__status",
        visibility="to_ticket__visibility",
    )  # fmt: skip
    return tickets.with_columns(relations=ArraySubquery(links.values(link=row)[:_MAX]))


def known_error_reference(ticket: Ticket) -> str:
    """The number of the problem behind it whose error is known; empty if there is none that everybody may see."""
    causes = _open_relations(ticket, LinkKind.CAUSED_BY)
    return _first_reference(link for link in causes if link["status"] == TicketStatus.KNOWN_ERROR)


def parent_reference(ticket: Ticket) -> str:
    """The number of the ticket that it is a part of; empty if there is none that everybody may see."""
    return _first_reference(_open_relations(ticket, LinkKind.PARENT))


def _open_relations(ticket: Ticket, kind: LinkKind) -> Iterator[Mapping[str, object]]:
    relations: Sequence[Mapping[str, object]] = getattr(ticket, "relations", [])
    return (link for link in relations if link["kind"] == kind and link["visibility"] == Visibility.OPEN)


def _first_reference(relations: Iterator[Mapping[str, object]]) -> str:
    link = next(relations, None)
    return f"{PREFIXES[TicketKind(str(link['of']))]}-{link['number']}" if link else ""
