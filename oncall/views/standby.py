"""Who is on call now, teams, and schedules with their coming handoffs."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from config.base import display, panels
from config.base.views import DetailPage, ShownPage
from oncall import members, policies, relief, rota, schedules
from oncall.forms_rota import MomentForm
from oncall.models import Schedule, Team
from oncall.permissions import can_manage_team
from oncall.schedules.history import history

_CARDS = 48


class OnCall(ShownPage):
    """Everybody who stands by at this moment, or at the one in the address."""

    template_name = "oncall/on_call.html"

    @cached_property
    def asked(self) -> MomentForm:
        """The moment that was asked for."""
        form = MomentForm(self.request.GET)
        form.is_valid()
        return form

    @property
    def moment(self) -> datetime:
        """It, or now where none or nonsense was asked for; the page then says so."""
        found: datetime | None = self.asked.cleaned_data.get("at")
        return found or self.at

    def get_title(self) -> str:
        """Now, or when."""
        return "On call now" if self.moment == self.at else f"On call on {display.local(self.moment)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each schedule's turn, and what the apps above add."""
        page = Paginator(
            Schedule.objects.order_by("team__name", "name", "pk").values_list("pk", flat=True), _CARDS
        ).get_page(self.request.GET.get("page"))
        loaded = schedules.load_range(self.moment, ids=page.object_list)
        turns = [
            {"schedule": one.schedule, "turn": schedules.stint(one, at=self.moment), "zone": self._zone(one)}
            for one in loaded
        ]
        return super().get_context_data(**kwargs) | {
            "form": self.asked,
            "is_now": self.moment == self.at,
            "moment": self.moment,
            "page": page,
            "turns": turns,
            "panels": panels.collect("on-call", self.request, self.moment),
        }

    def _zone(self, roster: schedules.Roster) -> str:
        """The schedule's zone, when it is not the reader's."""
        version = roster.plan.version_at(self.moment)
        if version is None or version.zone.key == getattr(self.person, "time_zone", "UTC"):
            return ""
        return version.zone.key


class TeamPage(DetailPage):
    """One team: its people, who stands by, whom it pages, and what it owns."""

    template_name = "oncall/team.html"
    queryset = Team.objects.select_related("escalation_policy")
    context_object_name = "team"
    place = "team"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows."""
        team = self.object
        loaded = schedules.load_range(self.at, ids=team.schedules.values_list("pk", flat=True))
        policy = team.escalation_policy
        return super().get_context_data(**kwargs) | {
            "memberships": members.of(team, viewer=self.person, at=self.at),
            "may_plan": can_manage_team(self.person, team),
            "hard_nights": relief.asked(team=team, viewer=self.person, at=self.at),
            "turns": [{"schedule": one.schedule, "turn": schedules.stint(one, at=self.at)} for one in loaded],
            "policy": policies.describe(policy, at=self.at) if policy else None,
        }


class SchedulePage(DetailPage):
    """One schedule: who is next over eight weeks, and every version it had."""

    template_name = "oncall/schedule.html"
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
        asked = _moment(self.request.GET.get("as_of", ""))
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


def _moment(text: str) -> datetime | None:
    """A moment with its offset, or nothing."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
