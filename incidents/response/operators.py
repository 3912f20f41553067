"""Incidents for the operators of Holdfast itself: one for each kind of trouble, which later reports join."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.models import EntryKind, Service, Ticket
from incidents.response.opening import declare
from incidents.tickets import timeline


@transaction.atomic
def declare_for_operators(
    *, title: str, description: str, because: str, at: datetime, source: str = ""
) -> Ticket | None:
    """Declare an incident on OPERATIONS_SERVICE, or add `because` to the open one with this title.

    With a `source` the reason is recorded once on a ticket. Returns None without that service.
    """
    service = Service.objects.select_for_update(no_key=True).filter(slug=settings.OPERATIONS_SERVICE).first()
    if service is None:
        return None
    ticket = Ticket.objects.open().filter(service=service, title=title).order_by("pk").first()
    is_new = ticket is None
    if ticket is None:
        ticket = declare(
            title=title,
            description=description,
            service=service,
            contact_type="alert",
            opened_because=because,
            impact=2,
            urgency=1,
            at=at,
        )
    if source or not is_new:
        timeline.record(ticket_id=ticket.pk, kind=EntryKind.ALERT, text=because, at=at, source=source)
    return ticket
