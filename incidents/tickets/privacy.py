"""Which private tickets an account or a team sees and somebody else does not."""

from django.db.models import Q, QuerySet

from incidents.models import Response, Ticket, Visibility
from oncall.models import Team, User


def account_sees_more(actor: User, account: User) -> bool:
    """Whether the account sees a private ticket that the actor does not see."""
    return _hidden_from(actor).filter(pk__in=Ticket.objects.visible_to(account).values("pk")).exists()


def team_sees_more(actor: User, team: Team) -> bool:
    """Whether the team's members see a private ticket that the actor does not see."""
    responding = Response.objects.filter(team=team).values("ticket")
    return _hidden_from(actor).filter(Q(team=team) | Q(pk__in=responding)).exists()


def _hidden_from(actor: User) -> QuerySet[Ticket]:
    visible = Ticket.objects.visible_to(actor).values("pk")
    return Ticket.objects.filter(visibility=Visibility.PRIVATE).exclude(pk__in=visible)
