"""What customers read of what was learned: a last update of its own text on the public incident, or taken back."""

from datetime import datetime

from django.db import transaction

from incidents import updates
from incidents.models import OVER, CustomerUpdate, Phase, PublicIncident
from incidents.response.locking import Refused, locked
from oncall.models import User


@transaction.atomic
def publish(*, ticket_id: int, text: str, actor: User, at: datetime) -> list[CustomerUpdate]:
    """Tell the customers who heard of an incident what was learned (practice 2.13), on its page and by mail.

    Nothing happens where they never heard of it. Raises Refused while they wait for the incident's end.
    """
    told = _told(ticket_id)
    if any(incident.status not in OVER for incident in told):
        raise Refused("Customers still wait to hear that it is over. Tell them so first, then publish this.")
    drafts = [
        updates.Draft(
            page=incident.page, name=incident.name, impact=incident.impact, started_at=incident.started_at,
            status=Phase.POSTMORTEM, body=text,
        )
        for incident in told
    ]  # fmt: skip
    return [updates.publish(draft=draft, ticket_id=ticket_id, actor=actor, at=at) for draft in drafts]


@transaction.atomic
def take_back(*, ticket_id: int, at: datetime) -> None:
    """Take what was learned off the public pages; a mail that has left cannot be called back."""
    for incident in _told(ticket_id):
        incident.updates.filter(status=Phase.POSTMORTEM).delete()
        if incident.status == Phase.POSTMORTEM:
            incident.status, incident.updated_at = Phase.RESOLVED, at
            incident.save(update_fields=["status", "updated_at"])


def _told(ticket_id: int) -> list[PublicIncident]:
    """What customers know of the ticket, which is locked."""
    locked(ticket_id)
    return list(PublicIncident.objects.filter(ticket_id=ticket_id).select_related("page").order_by("pk"))
