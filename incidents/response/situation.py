"""Where a ticket stands, as its page and the responder's phone show it: who was paged, who answered, who is next."""

from collections import defaultdict
from dataclasses import dataclass, field

from incidents.models import Response, Ticket
from oncall.escalation.forecast import Forecast, forecast
from oncall.models import Escalation, EscalationState, Page, Team, User

_PAGES_SHOWN = 40


@dataclass(frozen=True)
class RespondingTeam:
    """One team that was called to a ticket, how far its escalation got, and its pages."""

    team: Team
    escalation: Escalation
    next: Forecast | None
    pages: list[Page] = field(default_factory=list)

    @property
    def is_ringing(self) -> bool:
        """Whether somebody was paged and nobody has answered."""
        return self.escalation.state == EscalationState.TRIGGERED

    @property
    def is_over(self) -> bool:
        """Whether nobody is paged any more."""
        return self.escalation.state == EscalationState.ENDED


@dataclass(frozen=True)
class ResponderView:
    """What the responder's screen says of one person."""

    is_mine: bool
    is_paged: bool
    is_answered: bool
    answered_by: str
    next: Forecast | None


def responding_teams(ticket: Ticket) -> list[RespondingTeam]:
    """The ticket's responding teams, those that still ring first. A constant number of queries."""
    rows = list(
        Response.objects.filter(ticket=ticket)
        .select_related("team", "escalation__acknowledged_by", "escalation__policy")
        .order_by("pk")
    )
    escalations = [row.escalation for row in rows]
    following = forecast([one for one in escalations if one.state != EscalationState.ENDED])
    pages: defaultdict[int, list[Page]] = defaultdict(list)
    for page in (
        Page.objects.filter(escalation__in=escalations)
        .select_related("user")
        .order_by("-pk")[: _PAGES_SHOWN * max(1, len(rows))]
    ):
        pages[page.escalation_id].append(page)
    found = [
        RespondingTeam(row.team, row.escalation, following.get(row.escalation_id), pages[row.escalation_id])
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.is_over, not one.is_ringing))


def responder_view(ticket: Ticket, teams: list[RespondingTeam], user: User) -> ResponderView:
    """Whether it is this person's, and who is woken next if nobody moves."""
    ringing = [one for one in teams if one.is_ringing]
    answered = [one.escalation.acknowledged_by for one in teams if one.escalation.acknowledged_by]
    forecasts = sorted((one.next for one in ringing if one.next), key=lambda one: one.due_at)
    return ResponderView(
        is_mine=ticket.assignee_id == user.pk,
        is_paged=any(page.user_id == user.pk for one in ringing for page in one.pages),
        is_answered=not ringing,
        answered_by=ticket.assignee.name if ticket.assignee else (answered[0].name if answered else ""),
        next=forecasts[0] if forecasts else None,
    )
