"""Answering through the link in a page's message: no sign-in, one answer, then the link is used up.

The browser that answered may go on with that ticket for twelve hours (`ticket_session`).
"""

from datetime import datetime

from django.db import transaction

from config.base.data.lengths import LONG_TEXT, TOO_LONG
from config.base.data.lifecycle import IllegalMove
from config.base.data.text import clean_lines
from incidents import response
from incidents.models import Ticket
from incidents.response.handing_over import hand_over
from oncall import paging
from oncall.models import Page, User

VERBS = ("acknowledge", "decline", "take_over")
LATER_VERBS = (*VERBS, "add_note", "restore", "hand_over")
"""The verbs of the browser that has answered."""
_CANNOT = "This link cannot do that. Sign in to see the incident."


@transaction.atomic
def answer(*, key: str, verb: str, at: datetime) -> Ticket:
    """Do one of VERBS as the person who was paged, for that page's escalation, and mark the link as used.

    Raises paging.BadLink for a link that is wrong, old or used, and what the verb raises. The verb comes
    first and the link second, so that locks are taken in order; both are one transaction.
    """
    page = paging.page_for_link(key=key, at=at)
    if verb not in VERBS or page.escalation.subject_type != response.SUBJECT:
        raise paging.BadLink(_CANNOT)
    if page.link_used_at is not None:
        raise paging.BadLink("This link was used already. Sign in to do more.")
    ticket = _respond(page, verb, at=at)
    if not paging.use_link(page=page, at=at):
        raise paging.BadLink("This link was used already. Sign in to do more.")
    return ticket


def go_on(*, page: Page, verb: str, at: datetime, text: str = "", to: User | None = None) -> Ticket:
    """Do one of LATER_VERBS as the person who was paged, in the browser that has answered.

    `text` is the note, `to` the person to hand over to. Raises paging.BadLink for another verb, and what the verb
    raises.
    """
    ticket_id, actor, text = page.escalation.subject_id, page.user, clean_lines(text)
    if len(text) > LONG_TEXT:
        raise response.TicketRefused(TOO_LONG % {"show_value": len(text), "limit_value": LONG_TEXT}, field="text")
    if verb in VERBS:
        return _respond(page, verb, at=at)
    if verb == "add_note":
        return response.add_note(ticket_id=ticket_id, text=text, actor=actor, at=at)
    if verb == "restore":
        return response.restore(ticket_id=ticket_id, note=text, actor=actor, at=at)
    if verb == "hand_over":
        return hand_over(ticket_id=ticket_id, to=to, actor=actor, at=at)
    raise paging.BadLink(_CANNOT)


def _respond(page: Page, verb: str, *, at: datetime) -> Ticket:
    ticket: Ticket = getattr(response, verb)(
        ticket_id=page.escalation.subject_id, actor=page.user, at=at, escalation_id=page.escalation_id
    )
    return ticket


def refusal_text(refusal: Exception, ticket: Ticket) -> str:
    """A refused verb as a sentence for the phone; a move that came too late says what has become of the ticket."""
    if isinstance(refusal, IllegalMove):
        return f"{ticket.reference} is {ticket.get_status_display().lower()} by now, so this is no longer needed."
    messages = getattr(refusal, "messages", None)
    return " ".join(messages) if messages else str(refusal)
