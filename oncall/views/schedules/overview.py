"""The list of schedules, and a schedule's page with its coming handoffs."""

from datetime import datetime
from typing import Any

from django.http import Http404

from config.base.web.views import DetailPage, ListPage
from oncall import rota, schedules
from oncall.filters.schedules import ScheduleFilter
from oncall.models import Schedule
from oncall.permissions import can_manage_team, managed_teams
from oncall.schedules.history import history
from oncall.tables.schedules import ScheduleTable
from oncall.views.rota.on_call import requested_moment


class ScheduleList(ListPage):
    """All schedules."""

    title = "Schedules"
    queryset = Schedule.objects.select_related("team").order_by("team__name", "name")
    table_class = ScheduleTable
    filterset_class = ScheduleFilter
    filters = ("search", "team")
    empty = "No schedules yet. A manager of a team makes the first one with New schedule."
    create = ("oncall:schedule-new", "New schedule")

    def may_create(self) -> bool:
        """Managers of any team."""
        return managed_teams(self.person).exists()


class SchedulePage(DetailPage):
    """One schedule: who is next over eight weeks, and every version it had."""

    template_name = "oncall/schedules/schedule.html"
    context_object_name = "schedule"

    def get_object(self, queryset: Any = None) -> Schedule:
        """With all that the resolver needs, as known now or at `?as_of=` (R-V5)."""
        self.as_of = self._asked()
        found = schedules.load(
            ids=[self.kwargs["pk"]], since=self.at - schedules.STINT_LIMIT, until=self.at + schedules.STINT_LIMIT,
            as_of=self.as_of,
        )  # fmt: skip
        if not found:
            raise Http404
        self.roster = found[0]
        return self.roster.schedule

    def _asked(self) -> datetime | None:
        """The moment of the address; nonsense, and what lies ahead, is now."""
        asked = requested_moment(self.request.GET.get("as_of", ""))
        return asked if asked and asked <= self.at else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The coming turns and the versions."""
        in_force = self.roster.plan.version_at(self.at)
        return super().get_context_data(**kwargs) | {
            "turn": schedules.stint(self.roster, at=self.at),
            "shifts": rota.upcoming(self.roster, at=self.at),
            "in_force": in_force,
            "zone": in_force.zone.key if in_force else "UTC",
            "as_of": self.as_of,
            "history": history(self.object, in_force=in_force.id if in_force else None, at=self.at),
            "may_plan": can_manage_team(self.person, self.object.team),
        }
