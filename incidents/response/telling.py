"""News for the people who have acknowledged: who has a ticket, and is told what is new (R-E7a)."""

from datetime import datetime

from incidents.models import Ticket
from incidents.response.choosing import lock_running
from oncall import escalation, paging
from oncall.models import Escalation, EscalationState, User


def tell_responders(*, ticket: Ticket, text: str, at: datetime, actor: User | None = None) -> None:
    """Tell the people who have this locked ticket something new, each once, without asking for an answer.

    They are those who have acknowledged and the assignee, without the actor; where a sender acknowledged and nobody
    has it, the people of the current firing. A team that has not answered rings anyway and is told nothing. `text`
    goes out in messages, so it names nothing of a private record.
    """
    left_out = {actor.pk} if actor is not None else set()
    rows = [row for row in lock_running(ticket) if row.state == EscalationState.ACKNOWLEDGED]
    # The assignee hears of it about the assigned team's escalation, if that is acknowledged.
    for row in sorted(rows, key=lambda row: (row.team_id != ticket.team_id, row.pk)):
        people = [pk for pk in _people_who_have_it(ticket, row) if pk not in left_out]
        left_out.update(people)
        if people:
            paging.tell(escalation=row, users=people, text=text, at=at)


def _people_who_have_it(ticket: Ticket, row: Escalation) -> list[int]:
    people = [pk for pk in (row.acknowledged_by_id, ticket.assignee_id) if pk is not None]
    return people or escalation.people_of_firing(row)
