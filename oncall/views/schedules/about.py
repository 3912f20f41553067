"""Pages about a schedule and its planned versions, beside the editor of its rotation."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Edits, Once
from config.base.web.views import Destination, FormPage, PostPage, SignedIn
from oncall.forms import schedules as forms
from oncall.models import Schedule, ScheduleVersion
from oncall.permissions import can_manage_team, managed_teams
from oncall.schedules import editing, lifecycle


class ScheduleManagerPage(SignedIn):
    """A page about one schedule, for those who may change it."""

    kwargs: dict[str, object]

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule of the address."""
        schedule: Schedule = get_object_or_404(Schedule.objects.select_related("team"), pk=self.kwargs["pk"])
        return schedule

    def may(self) -> bool:
        """Those who may manage the schedule's team."""
        return can_manage_team(self.person, self.schedule.team)


class ScheduleAbout(ScheduleManagerPage, FormPage):
    """Edit name, team and description of a schedule."""

    guard = Edits("schedule")
    title = "Edit name and team"
    form_class = forms.AboutScheduleForm
    refusals = (Refusal,)
    done = "Saved."

    def get_form_kwargs(self) -> dict[str, object]:
        """The stored values, and the teams it may move to."""
        names = ("name", "team", "description", "external_id")
        self.schedule.refresh_from_db(fields=names)
        stored = {name: getattr(self.schedule, name) for name in names}
        return super().get_form_kwargs() | {"current": stored, "teams": managed_teams(self.person)}

    def perform(self, form: forms.AboutScheduleForm) -> Destination:
        """Save the values."""
        return lifecycle.change_schedule(schedule=self.schedule, **form.cleaned_data)


class VersionWithdraw(PostPage):
    """Withdraw a version that is not in force yet (R-V3)."""

    guard = Once("a version in force cannot be withdrawn")
    confirm = "Withdraw this planned version? It never comes into force."
    refusals = (Refusal,)
    done = "Withdrawn. The schedule stays as it was."

    @cached_property
    def version(self) -> ScheduleVersion:
        """The version of the address."""
        version: ScheduleVersion = get_object_or_404(
            ScheduleVersion.objects.select_related("schedule__team"), pk=self.kwargs["version"]
        )
        if version.schedule_id != self.kwargs["pk"]:
            raise Http404
        return version

    def may(self) -> bool:
        """Those who may manage the schedule's team."""
        return can_manage_team(self.person, self.version.schedule.team)

    def perform(self) -> Destination:
        """Withdraw it."""
        editing.withdraw_version(version_id=self.version.pk, actor=self.person, at=self.at)
        return self.version.schedule

    def back(self) -> str:
        """The schedule's page."""
        return self.version.schedule.get_absolute_url()
