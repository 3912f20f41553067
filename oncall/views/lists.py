"""Lists of teams, people, schedules, escalations and pages."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from config.base.views import ListPage
from oncall import filters, subjects, tables
from oncall.models import Escalation, HandoffNote, Membership, Page, Schedule, Team, User
from oncall.permissions import planned_teams


class TeamList(ListPage):
    """All teams."""

    title = "Teams"
    queryset = Team.objects.select_related("escalation_policy").annotate(people=Count("memberships")).order_by("name")
    table_class = tables.TeamTable
    filterset_class = filters.TeamFilter
    filters = ("search", "kind")
    empty = "No teams yet. An administrator adds them under Administration, Teams."


class UserList(ListPage):
    """Everybody with an account."""

    title = "People"
    queryset = User.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name"))
    ).order_by("name")
    table_class = tables.UserTable
    filterset_class = filters.UserFilter
    filters = ("search", "team")
    empty = "Nobody has an account yet."


class ScheduleList(ListPage):
    """All schedules."""

    title = "Schedules"
    queryset = Schedule.objects.select_related("team").order_by("team__name", "name")
    table_class = tables.ScheduleTable
    filterset_class = filters.ScheduleFilter
    filters = ("search", "team")
    empty = "No schedules yet. A manager of a team makes the first one with New schedule."
    create = ("oncall:schedule-new", "New schedule")

    def may_create(self) -> bool:
        """Managers of any team."""
        return planned_teams(self.person).exists()


class HandoffNoteList(ListPage):
    """What people on call left for the next."""

    title = "Handoff notes"
    queryset = HandoffNote.objects.select_related("schedule", "author").order_by("-at")
    table_class = tables.HandoffNoteTable
    filterset_class = filters.HandoffNoteFilter
    filters = ("search", "team", "schedule", "author")
    empty = "No notes yet. Whoever is on call writes one from their own shifts."


class EscalationList(ListPage):
    """Running and past escalations."""

    title = "Escalations"
    queryset = Escalation.objects.select_related("team", "policy", "acknowledged_by").order_by("-triggered_at")
    table_class = tables.EscalationTable
    filterset_class = filters.EscalationFilter
    filters = ("state", "team")
    empty = "Nothing has been escalated yet."
    refresh = 8

    def get_queryset(self) -> QuerySet[Any]:
        """What the reader may know of."""
        return super().get_queryset().filter(subjects.visible(self.person))


class PageList(ListPage):
    """Messages to people."""

    title = "Pages"
    queryset = Page.objects.select_related("user", "escalation").order_by("-created_at")
    table_class = tables.PageTable
    filterset_class = filters.PageFilter
    filters = ("state", "channel", "recipient")
    empty = "Nobody has been paged yet."
    refresh = 8

    def get_queryset(self) -> QuerySet[Any]:
        """What the reader may know of."""
        return super().get_queryset().filter(subjects.visible(self.person, prefix="escalation__"))
