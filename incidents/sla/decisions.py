"""What excluded time and waivers share: a reason, and a decision by a second person who does not have the ticket."""

from datetime import datetime

from config.base.data.text import clean_lines
from incidents.models import SlaCredit, SlaWaiver, Ticket, WaiverStatus
from incidents.tickets.locking import TicketRefused
from oncall.models import User
from oncall.people.programs import refuse_program

_ADVICE = "Ask another commander, manager or practice owner."


def clean_reason(reason: str, *, advice: str) -> str:
    """The reason as it is stored. Raises TicketRefused on the field `reason`, with `advice`, if nothing is left."""
    reason = clean_lines(reason)
    if not reason:
        raise TicketRefused(advice, field="reason")
    return reason


def decision_obstacle(correction: SlaCredit | SlaWaiver, *, ticket: Ticket, actor: User) -> str:
    """Why this person cannot decide about it now, in words; empty if nothing is in the way (K-43, K-44).

    Whether the person has the right at all is a question of `incidents.permissions`.
    """
    if correction.status != WaiverStatus.ASKED:
        return f"This request was {correction.get_status_display().lower()} already."
    if correction.requested_by_id == actor.pk:
        return f"You requested it, so somebody else must decide. {_ADVICE}"
    if ticket.assignee_id == actor.pk:
        return f"{ticket.reference} is assigned to you, so somebody else must decide. {_ADVICE}"
    return ""


def refuse_decider(actor: User) -> None:
    """Raise ProgramRefused for a service account: a person answers for the decision."""
    refuse_program(actor, why="a person answers for this decision.", instead=_ADVICE)


def stamp_decision(correction: SlaCredit | SlaWaiver, status: WaiverStatus, *, actor: User, at: datetime) -> None:
    """Set who decided, what and when; the caller saves `DECISION` under its lock."""
    correction.status, correction.decided_by, correction.decided_at = status, actor, at


DECISION = ("status", "decided_by", "decided_at")
"""The columns of a decision."""
