"""Answering through the link in a page's message: no sign-in, one answer, then the link is used up."""

from datetime import datetime

from django.db import transaction

from incidents import response
from incidents.models import Ticket
from oncall import paging

VERBS = ("acknowledge", "decline", "take_over")


@transaction.atomic
def answer(*, key: str, verb: str, at: datetime) -> Ticket:
    """Do one of VERBS as the person who was paged, for that page's escalation, and mark the link as used.

    Raises paging.BadLink for a link that is wrong, old or used, and what the verb raises. The verb comes
    first and the link second, so that locks are taken in order; both are one transaction.
    """
    page = paging.page_for_link(key=key, at=at)
    if verb not in VERBS or page.escalation.subject_type != response.SUBJECT:
        raise paging.BadLink("This link cannot do that. Sign in to see the incident.")
    ticket: Ticket = getattr(response, verb)(
        ticket_id=page.escalation.subject_id, actor=page.user, at=at, escalation_id=page.escalation_id
    )
    if not paging.use_link(page=page, at=at):
        raise paging.BadLink("This link was used already. Sign in to do more.")
    return ticket
