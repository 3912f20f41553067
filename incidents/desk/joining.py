"""One more requester of an open ticket: a call that is no new ticket, and its undoing."""

from datetime import datetime

from django.db import transaction

from incidents.models import Contact, ContactType, EntryKind, Ticket
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused, lock_ticket, refuse_unless_open, save
from oncall.models import User


@transaction.atomic
def add_requester_to(
    *, ticket_id: int, requester: Contact, actor: User, at: datetime, contact_type: str = ContactType.PHONE
) -> Ticket:
    """Add a requester to those whom an open ticket affects; the call counts as a contact on its timeline.

    The entry names nobody: everybody in the company may read it. Raises TicketRefused if the requester is there
    already, or the ticket is done.
    """
    ticket = lock_ticket(ticket_id)
    refuse_unless_open(ticket, "reopen it, or log a new ticket.")
    if ticket.requester_id == requester.pk or ticket.affected_contacts.filter(pk=requester.pk).exists():
        raise TicketRefused(f"{requester.name} is on {ticket.reference} already.")
    ticket.affected_contacts.add(requester)
    text = f"One more requester, by {ContactType(contact_type).label.lower()}."
    _record(ticket, requester, text, at=at, actor=actor)
    return ticket


@transaction.atomic
def remove_requester_from(*, ticket_id: int, requester: Contact, actor: User, at: datetime) -> Ticket:
    """Take back that a requester was added. Raises TicketRefused if the requester was not."""
    ticket = lock_ticket(ticket_id)
    if not ticket.affected_contacts.filter(pk=requester.pk).exists():
        raise TicketRefused(f"{requester.name} is not among those added to {ticket.reference}.")
    ticket.affected_contacts.remove(requester)
    _record(ticket, requester, "An added requester was removed again.", at=at, actor=actor)
    return ticket


def _record(ticket: Ticket, requester: Contact, text: str, *, at: datetime, actor: User) -> None:
    save(ticket, at=at)
    timeline.record(
        ticket_id=ticket.pk, kind=EntryKind.CHANGE, text=text, at=at, actor=actor, data={"requester": requester.pk}
    )
