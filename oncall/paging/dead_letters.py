"""Dead letters, pages that could not be delivered: a person sends them again or discards them."""

from datetime import datetime

from django.db import transaction

from config.base.data.outbox import OutboxState
from oncall.models import Escalation, EscalationState, Page, Purpose
from oncall.wake import wake


class NotDead(Exception):
    """The page is no longer a dead letter, or it need not be sent any more; the message says which."""


@transaction.atomic
def resend(*, page_id: int, at: datetime) -> Page:
    """Send a dead page again, under its own key. Raises NotDead if its escalation has been answered.

    News needs no answer: it is sent unless the escalation has ended.
    """
    escalation_id, purpose = Page.objects.values_list("escalation", "purpose").get(pk=page_id)
    escalation = Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)
    is_needed = escalation.state == EscalationState.TRIGGERED
    if purpose == Purpose.NEWS:
        is_needed = escalation.state != EscalationState.ENDED
    if not is_needed:
        raise NotDead("Somebody has acknowledged in the meantime, so this page is not sent again.")
    _change(page_id, state=OutboxState.PENDING, due_at=at, ended_at=None)
    wake("pages")
    return Page.objects.get(pk=page_id)


@transaction.atomic
def discard(*, page_id: int, at: datetime) -> Page:
    """Discard a dead page; it stays in the record as failed."""
    _change(page_id, state=OutboxState.FAILED, ended_at=at)
    return Page.objects.get(pk=page_id)


def _change(page_id: int, **values: object) -> None:
    if not Page.objects.filter(pk=page_id, state=OutboxState.DEAD).update(**values):
        raise NotDead("This page is no longer a dead letter.")
