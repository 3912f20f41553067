"""Who responds to a ticket, for its page and the responder's phone: who was paged, who answered, who is next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.text import get_text_list

from incidents.models import Response, Ticket
from incidents.tickets.subject import TICKET
from oncall.escalation.forecast import Forecast, forecast
from oncall.models import Escalation, EscalationState, Page, Purpose, Team, User

_MAX_PAGES = 40


@dataclass(frozen=True)
class RespondingTeam:
    """A team that responds to a ticket, with its escalation and its pages."""

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
        """Whether its escalation has ended."""
        return self.escalation.state == EscalationState.ENDED


@dataclass(frozen=True)
class ResponderView:
    """What the responder's screen shows to one person."""

    is_mine: bool
    is_paged: bool
    is_answered: bool
    answered_by: str
    next: Forecast | None
    still_paged: str
    """A sentence that names the teams nobody has answered for; empty without one."""


def responding_teams(ticket: Ticket) -> list[RespondingTeam]:
    """The ticket's responding teams, unanswered first. A constant number of queries."""
    rows = list(
        Response.objects.filter(ticket=ticket)
        .select_related("team", "escalation__acknowledged_by", "escalation__policy")
        .order_by("pk")
    )
    escalations = [row.escalation for row in rows]
    following = forecast([row for row in escalations if row.state != EscalationState.ENDED])
    pages: defaultdict[int, list[Page]] = defaultdict(list)
    for page in (
        Page.objects.filter(escalation__in=escalations)
        .select_related("user")
        .order_by("-pk")[: _MAX_PAGES * max(1, len(rows))]
    ):
        pages[page.escalation_id].append(page)
    teams = [
        RespondingTeam(row.team, row.escalation, following.get(row.escalation_id), pages[row.escalation_id])
        for row in rows
    ]
    return sorted(teams, key=lambda team: (team.is_over, not team.is_ringing))


def responder_view(ticket: Ticket, teams: list[RespondingTeam], user: User) -> ResponderView:
    """Whether it is this person's, and who is paged next if nobody answers."""
    ringing = [team for team in teams if team.is_ringing]
    answered = [team.escalation.acknowledged_by for team in teams if team.escalation.acknowledged_by]
    forecasts = sorted((team.next for team in ringing if team.next), key=lambda step: step.due_at)
    return ResponderView(
        is_mine=ticket.assignee_id == user.pk,
        is_paged=any(
            page.user_id == user.pk and page.purpose == Purpose.RING for team in ringing for page in team.pages
        ),
        is_answered=not ringing,
        answered_by=ticket.assignee.name if ticket.assignee else (answered[0].name if answered else ""),
        next=forecasts[0] if forecasts else None,
        still_paged=_still_paged(ringing),
    )


def _still_paged(ringing: Sequence[RespondingTeam]) -> str:
    """The teams nobody has answered for, in words: who is still being paged, and where every step was tried."""
    paged = [team.team.name for team in ringing if team.escalation.exhausted_at is None]
    tried = [team.team.name for team in ringing if team.escalation.exhausted_at is not None]
    sentences = []
    if paged:
        sentences.append(f"{get_text_list(paged, 'and')} {'is' if len(paged) == 1 else 'are'} still being paged.")
    if tried:
        sentences.append(f"Nobody has answered for {get_text_list(tried, 'and')}, and every step was tried.")
    return " ".join(sentences)


def describe_answer(ticket: Ticket, user: User) -> str:
    """What a person's acknowledgement came to, for the message after it."""
    running = Escalation.objects.about(TICKET, ticket.pk).running().select_related("team", "acknowledged_by")
    rows = list(running.order_by("pk"))
    own = [row.team.name for row in rows if row.acknowledged_by_id == user.pk and row.team]
    assignee = Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee
    if assignee == user:
        sentence = "Acknowledged. It is assigned to you."
    elif own:
        sentence = f"Acknowledged for {get_text_list(own, 'and')}."
    else:
        names = [row.acknowledged_by.name for row in rows if row.acknowledged_by] or (
            [assignee.name] if assignee else []
        )
        sentence = f"{names[0]} has acknowledged already." if names else "Acknowledged."
    ringing = [RespondingTeam(row.team, row, None) for row in rows if row.team]
    return f"{sentence} {_still_paged([team for team in ringing if team.is_ringing])}".strip()
