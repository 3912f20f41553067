"""Answering through the link in a page's message: no sign-in, one deed, and the link is spent."""

from datetime import datetime

from django.db import transaction

from incidents import response
from incidents.models import Ticket
from oncall import paging

VERBS = ("acknowledge", "decline", "take_over")


@transaction.atomic
def answer(*, key: str, verb: str, at: datetime) -> Ticket:
    """Do one of VERBS as the person who was paged, and spend the link.

    Raises paging.BadLink for a link that is wrong, old or used, and what the verb raises. The deed comes
    first and the link after it: locks keep their order, and a crash in between leaves neither.
    """
    page = paging.page_for_link(key=key, at=at)
    if verb not in VERBS or page.escalation.subject_type != response.SUBJECT:
        raise paging.BadLink("This button is not known. Sign in to see the incident.")
    ticket: Ticket = getattr(response, verb)(ticket_id=page.escalation.subject_id, actor=page.user, at=at)
    if not paging.use_link(page=page, at=at):
        raise paging.BadLink("This link was used already. Sign in to do more.")
    return ticket
