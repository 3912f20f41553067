"""Receivers of signals from `incidents`."""

from datetime import datetime

from django.db import transaction
from django.dispatch import receiver

from incidents import signals
from incidents.models import Ticket
from postmortems import writing


@receiver(signals.incident_restored, dispatch_uid="postmortems.restored")
def draft_when_restored(*, ticket: Ticket, at: datetime, **_: object) -> None:
    """Draft the postmortem that the severity requires, after the commit, so that an error cannot undo the restoration.

    If it fails, the sweep drafts it later.
    """
    if ticket.severity.needs_postmortem:
        ticket_id = ticket.pk

        def draft() -> None:  # not a partial: Django logs the name of a failed callback
            writing.draft_restored(ticket_id=ticket_id, at=at)

        transaction.on_commit(draft, robust=True)
