"""Lists of teams and people, and a team's page."""

from django.db.models import Count, Prefetch

from config.base.web.views import DetailPage, ListPage
from oncall import schedules
from oncall.cover import relief
from oncall.escalation import policy_text
from oncall.filters.people import TeamFilter, UserFilter
from oncall.models import Membership, Team, User
from oncall.people import members
from oncall.permissions import can_manage_team
from oncall.tables.people import TeamTable, UserTable
from oncall.views import tabs


class TeamList(ListPage):
    """All teams."""

    title = "Teams"
    icon = "users-group"
    tabs = tabs.PEOPLE
    queryset = Team.objects.select_related("escalation_policy").annotate(people=Count("memberships")).order_by("name")
    table_class = TeamTable
    filterset_class = TeamFilter
    filters = ("search", "kind", "retired")
    empty = "No teams yet. An administrator can add them in the administration, under Teams."


class UserList(ListPage):
    """All people with an account; programs have a list of their own."""

    title = "People"
    icon = "users"
    tabs = tabs.PEOPLE
    queryset = (
        User.objects.people()
        .prefetch_related(Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name")))
        .order_by("name")
    )
    table_class = UserTable
    filterset_class = UserFilter
    filters = ("search", "team")
    empty = "Nobody has an account yet."


class TeamPage(DetailPage):
    """One team: its members, who is on call, whom it pages, and what it owns."""

    template_name = "oncall/people/team.html"
    queryset = Team.objects.select_related("escalation_policy")
    context_object_name = "team"
    place = "team"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Members, who is on call, the escalation policy and requests for relief."""
        team = self.object
        rosters = schedules.load_range(self.at, ids=team.schedules.values_list("pk", flat=True))
        policy = team.escalation_policy
        return super().get_context_data(**kwargs) | {
            "memberships": members.team_members(team, viewer=self.person, at=self.at),
            "may_plan": can_manage_team(self.person, team),
            "hard_nights": relief.relief_requests(team=team, viewer=self.person, at=self.at),
            "turns": [
                {"schedule": roster.schedule, "turn": schedules.stint(roster, at=self.at)} for roster in rosters
            ],
            "policy": policy_text.describe(policy, at=self.at) if policy else None,
            "service_accounts": team.service_accounts.visible_to(self.person)
            .select_related("user")
            .order_by("user__name"),
        }
