"""What postmortems do with the news from `incidents`."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from incidents import signals
from incidents.models import Ticket
from postmortems import writing


@receiver(signals.incident_restored, dispatch_uid="postmortems.restored")
def draft_when_restored(*, ticket: Ticket, at: datetime, **_: Any) -> None:
    """Draft the postmortem that the severity asks for, after the commit: trouble here cannot undo a restoration.

    What is lost between the two, the sweep finds.
    """
    if ticket.severity.needs_prevention or ticket.severity.is_major:
        ticket_id = ticket.pk

        def draft() -> None:  # Django names what failed, which a partial has no name for
            writing.draft_restored(ticket_id=ticket_id, at=at)

        transaction.on_commit(draft, robust=True)
