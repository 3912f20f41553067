"""The list of schedules, and a schedule's page with its coming handoffs."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from config.base.web.views import DetailPage, ListPage
from oncall import rota, schedules
from oncall.filters.schedules import ScheduleFilter
from oncall.forms.rota import HindsightForm
from oncall.models import Schedule
from oncall.permissions import can_manage_team, managed_teams
from oncall.schedules.history import history
from oncall.tables.schedules import ScheduleTable
from oncall.views import tabs


class ScheduleList(ListPage):
    """All schedules."""

    title = "Schedules"
    icon = "calendar-week"
    tabs = tabs.ROTA
    queryset = Schedule.objects.select_related("team").order_by("team__name", "name")
    table_class = ScheduleTable
    filterset_class = ScheduleFilter
    filters = ("search", "team")
    empty = "No schedules yet. A manager of a team adds the first one with New schedule."
    create = ("oncall:schedule-new", "New schedule")

    def may_create(self) -> bool:
        """Managers of any team."""
        return managed_teams(self.person).exists()


class SchedulePage(DetailPage):
    """One schedule: who is on call over the next eight weeks, and all its versions."""

    as_of: datetime | None
    template_name = "oncall/schedules/schedule.html"
    context_object_name = "schedule"

    def get_object(self, queryset: QuerySet[Schedule] | None = None) -> Schedule:
        """The schedule with its roster, as known now or at `?as_of=` (R-V5)."""
        self.form = HindsightForm(self.request.GET, at=self.at)
        self.as_of = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        rosters = schedules.load(
            ids=[self.kwargs["pk"]], since=self.at - schedules.STINT_LIMIT, until=self.at + schedules.STINT_LIMIT,
            as_of=self.as_of,
        )  # fmt: skip
        if not rosters:
            raise Http404
        self.roster = rosters[0]
        return self.roster.schedule

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The coming shifts and the versions."""
        in_force = self.roster.plan.version_at(self.at)
        return super().get_context_data(**kwargs) | {
            "turn": schedules.stint(self.roster, at=self.at),
            "shifts": rota.upcoming_shifts(self.roster, at=self.at),
            "in_force": in_force,
            "zone": in_force.zone.key if in_force else "UTC",
            "as_of": self.as_of,
            "form": self.form,
            "history": history(self.object, in_force=in_force.id if in_force else None, at=self.at),
            "may_plan": can_manage_team(self.person, self.object.team),
        }
