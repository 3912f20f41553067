"""What may be written of one record in another, or shown there to everybody who reads it.

A reader of one record may not be allowed to see the other. So a record's timeline names others by their number alone:
it is never changed, and the other may become private later. Text of another record may be copied only if that record
is open to everybody; the copy stays when it becomes private, so `holders_of_copies` names where copies are.
"""

from django.db.models import Q, QuerySet

from incidents.models import Ticket, Visibility

QUOTABLE = Q(visibility=Visibility.OPEN)
"""Tickets whose text may stand in any other record."""


def may_quote(source: Ticket, *, inside: Ticket) -> bool:
    """Whether text of `source` may be written into `inside`, or shown there to all its readers."""
    return source.pk == inside.pk or source.visibility == Visibility.OPEN


def holders_of_copies(ticket: Ticket) -> QuerySet[Ticket]:
    """The records that are open to everybody and hold a copy of this ticket's timeline."""
    linked = Ticket.objects.filter(Q(links_in__from_ticket=ticket) | Q(links_out__to_ticket=ticket))
    return linked.filter(QUOTABLE, timeline__data__from_ticket=ticket.reference).distinct().order_by("number")
