"""A report after the fact on the status page: an app above writes it, customers read it under what they were told."""

from datetime import datetime

from django.db import transaction

from config.base.data.lifecycle import Refusal
from incidents.customers import deliveries
from incidents.models import OVER, CustomerUpdate, EntryKind, Phase, PublicIncident, Ticket
from incidents.tickets import timeline
from incidents.tickets.locking import lock_ticket
from oncall.models import User


class TooEarly(Refusal):
    """Customers still wait for the end; the message says what comes first."""


def lock(ticket_id: int) -> Ticket:
    """The ticket, locked, for a caller that then locks rows of its own: the ticket comes first."""
    return lock_ticket(ticket_id)


@transaction.atomic
def publish(*, ticket_id: int, body: str, is_mailed: bool, actor: User, at: datetime) -> list[CustomerUpdate]:
    """Show the report wherever customers were told of the ticket, and mail it only if that was asked for.

    Empty if they were told of it nowhere. Raises TooEarly while they still wait.
    """
    ticket = lock_ticket(ticket_id)
    told = list(PublicIncident.objects.filter(ticket=ticket).select_related("page").order_by("pk"))
    if any(one.status not in OVER for one in told):
        raise TooEarly(f"Customers still wait: tell them first that {ticket.reference} is over, then publish.")
    return [_publish(one, body=body, is_mailed=is_mailed, actor=actor, at=at) for one in told]


def _publish(incident: PublicIncident, *, body: str, is_mailed: bool, actor: User, at: datetime) -> CustomerUpdate:
    incident.status, incident.updated_at = Phase.POSTMORTEM, at
    incident.save(update_fields=["status", "updated_at"])
    update = CustomerUpdate.objects.create(
        incident=incident, status=Phase.POSTMORTEM, body=body, is_mailed=is_mailed, published_at=at, author=actor,
        fanned_out_at=None if is_mailed else at,
    )  # fmt: skip
    timeline.record(
        ticket_id=incident.ticket_id or 0, kind=EntryKind.CHANGE, at=at, actor=actor,
        text=f"The report stands on the status page of {incident.page.name}{', and is mailed' if is_mailed else ''}.",
        data={"update": update.public_id}, source=f"update:{update.pk}",
    )  # fmt: skip
    if is_mailed:
        deliveries.enqueue(deliveries.fan_out, update.pk)
    return update


@transaction.atomic
def withdraw(*, ticket_id: int, at: datetime) -> int:
    """Take the report back from every page; mails that have not gone out stay here."""
    ticket = lock_ticket(ticket_id)
    shown = CustomerUpdate.objects.filter(incident__ticket=ticket, status=Phase.POSTMORTEM, withdrawn_at=None)
    count = shown.update(withdrawn_at=at)
    PublicIncident.objects.filter(ticket=ticket, status=Phase.POSTMORTEM).update(status=Phase.RESOLVED, updated_at=at)
    return count
