"""Public postmortems: shown on the status page below the updates of the incident; an app above writes the text."""

from datetime import datetime

from django.db import transaction

from config.base.data.lifecycle import Refusal
from incidents.customers import deliveries
from incidents.models import OVER, CustomerUpdate, EntryKind, Phase, PublicIncident
from incidents.tickets import clock_facts, timeline
from incidents.tickets.locking import lock_ticket
from oncall.models import User


class TooEarly(Refusal):
    """The public incident is not resolved yet; the message says what comes first."""


@transaction.atomic
def publish(*, ticket_id: int, body: str, is_mailed: bool, actor: User, at: datetime) -> list[CustomerUpdate]:
    """Publish the text on every status page that shows the ticket's incident; mail it only with `is_mailed`.

    Returns the updates, none if no page shows the incident. Raises TooEarly until it is resolved there.
    """
    ticket = lock_ticket(ticket_id)
    public_incidents = list(PublicIncident.objects.filter(ticket=ticket).select_related("page").order_by("pk"))
    if any(incident.status not in OVER for incident in public_incidents):
        raise TooEarly(
            f"Customers still wait: publish first that {ticket.reference} is resolved, then the postmortem."
        )
    return [_publish(incident, body=body, is_mailed=is_mailed, actor=actor, at=at) for incident in public_incidents]


def _publish(incident: PublicIncident, *, body: str, is_mailed: bool, actor: User, at: datetime) -> CustomerUpdate:
    incident.status, incident.updated_at = Phase.POSTMORTEM, at
    incident.save(update_fields=["status", "updated_at"])
    update = CustomerUpdate.objects.create(
        incident=incident, status=Phase.POSTMORTEM, body=body, is_mailed=is_mailed, published_at=at, author=actor,
        fanned_out_at=None if is_mailed else at,
    )  # fmt: skip
    timeline.record(
        ticket_id=incident.ticket_id or 0, kind=EntryKind.CHANGE, at=at, actor=actor,
        text=f"The postmortem is on the status page of {incident.page.name}{', and is mailed' if is_mailed else ''}.",
        data={"update": update.public_id}, source=f"update:{update.pk}", facts=clock_facts.happened("update"),
    )  # fmt: skip
    if is_mailed:
        deliveries.enqueue(deliveries.fan_out, update.pk)
    return update


@transaction.atomic
def withdraw(*, ticket_id: int, at: datetime) -> int:
    """Withdraw the text from every page; mails not sent yet are not sent. Returns how many updates."""
    ticket = lock_ticket(ticket_id)
    updates = CustomerUpdate.objects.filter(incident__ticket=ticket, status=Phase.POSTMORTEM, withdrawn_at=None)
    count = updates.update(withdrawn_at=at)
    PublicIncident.objects.filter(ticket=ticket, status=Phase.POSTMORTEM).update(status=Phase.RESOLVED, updated_at=at)
    return count
