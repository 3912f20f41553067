"""Who is on call now."""

from datetime import datetime

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from config.base.web import display, panels
from config.base.web.views import TemplatePage
from oncall import schedules
from oncall.forms.rota import MomentForm
from oncall.models import Schedule

_CARDS = 48


class OnCall(TemplatePage):
    """Everybody who is on call now, or at the instant of the address."""

    template_name = "oncall/rota/on_call.html"

    @cached_property
    def form(self) -> MomentForm:
        """The form with the requested instant."""
        form = MomentForm(self.request.GET)
        form.is_valid()
        return form

    @property
    def moment(self) -> datetime:
        """The requested instant; now if there is none or it is invalid, which the page reports."""
        requested: datetime | None = self.form.cleaned_data.get("at")
        return requested or self.at

    def get_title(self) -> str:
        """With the instant, unless it is now."""
        return "On call now" if self.moment == self.at else f"On call on {display.local_text(self.moment)}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Each schedule's turn, and the panels of other apps."""
        page = Paginator(
            Schedule.objects.order_by("team__name", "name", "pk").values_list("pk", flat=True), _CARDS
        ).get_page(self.request.GET.get("page"))
        loaded = schedules.load_range(self.moment, ids=page.object_list)
        turns = [
            {"schedule": roster.schedule, "turn": schedules.stint(roster, at=self.moment), "zone": self._zone(roster)}
            for roster in loaded
        ]
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "is_now": self.moment == self.at,
            "moment": self.moment,
            "page": page,
            "turns": turns,
            "panels": panels.collect("on-call", self.request, self.moment),
        }

    def _zone(self, roster: schedules.Roster) -> str:
        """The schedule's time zone, if it is not the reader's."""
        version = roster.plan.version_at(self.moment)
        if version is None or version.zone.key == getattr(self.person, "time_zone", "UTC"):
            return ""
        return version.zone.key
