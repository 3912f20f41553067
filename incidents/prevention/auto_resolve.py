"""Restored, prevention open: an incident resolves by itself when the last condition is met."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from config.base.data.rests import Rests, run_alone, run_batch
from incidents.models import LinkKind, Ticket, TicketKind, TicketLink, TicketStatus
from incidents.prevention import conditions
from incidents.tickets.locking import lock_ticket, move

_CHUNK = 200
_unreadable: Rests[int] = Rests(first=30.0, longest=3600.0)
_unresolved: Rests[int] = Rests(first=30.0, longest=3600.0)


@transaction.atomic
def resolve_if_done(*, ticket_id: int, at: datetime) -> Ticket:
    """Resolve a restored incident whose conditions are all met, and say which was met last.

    Any other ticket is left as it is, so this can be called after every change that may meet a condition.
    """
    ticket = lock_ticket(ticket_id)
    if ticket.kind != TicketKind.INCIDENT or ticket.status != TicketStatus.RESTORED:
        return ticket
    ticket_conditions = conditions.resolution_conditions(ticket)
    if not all(condition.is_met for condition in ticket_conditions):
        return ticket
    last = max(ticket_conditions, key=lambda condition: condition.met_at or at, default=None)
    text = f"Resolved: {last.text.rstrip('.')}." if last else f"Resolved: {ticket.severity.name} needs no prevention."
    if len(ticket_conditions) > 1:
        text = f"{text} Nothing else was open."
    move(
        ticket,
        TicketStatus.RESOLVED,
        at=at,
        actor=None,
        text=text,
        resolved_at=max(at, ticket.restored_at or at),
    )
    return ticket


def resolve_waiting(*, ticket: Ticket, at: datetime) -> None:
    """Resolve what may have waited for this ticket: the incident itself, or the incidents that a problem caused.

    Called with the ticket locked; incidents are locked after their problem, in the order of their ids.
    """
    if ticket.kind == TicketKind.INCIDENT:
        resolve_if_done(ticket_id=ticket.pk, at=at)
        return
    caused = TicketLink.objects.filter(
        to_ticket=ticket, kind=LinkKind.CAUSED_BY, from_ticket__status=TicketStatus.RESTORED
    )
    for pk in list(caused.order_by("from_ticket").values_list("from_ticket", flat=True)):
        resolve_if_done(ticket_id=pk, at=at)


def resolve_due(*, at: datetime) -> int:
    """Resolve every restored incident whose conditions are met, should a call of the functions above be missing.

    An incident that fails stops no other.
    """
    rows = Ticket.objects.incidents().filter(status=TicketStatus.RESTORED).select_related("severity")
    resolved, last_id = 0, 0
    while ids := list(rows.filter(pk__gt=last_id).order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        last_id = ids[-1]
        met = run_batch("prevention", ids, _are_conditions_met, rests=_unreadable, at=at)
        ready = [pk for pk in ids if met.get(pk)]
        done = run_alone("prevention", ready, partial(_resolve_if_done, at=at), rests=_unresolved, at=at)
        resolved += sum(done.values())
    return resolved


def _are_conditions_met(ids: Sequence[int]) -> dict[int, bool]:
    tickets = list(Ticket.objects.filter(pk__in=ids).select_related("severity"))
    return {
        pk: all(condition.is_met for condition in ticket_conditions)
        for pk, ticket_conditions in conditions.resolution_conditions_of_all(tickets).items()
    }


def _resolve_if_done(ticket_id: int, *, at: datetime) -> bool:
    return resolve_if_done(ticket_id=ticket_id, at=at).status == TicketStatus.RESOLVED
