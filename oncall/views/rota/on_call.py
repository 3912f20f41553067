"""Who is on call now."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from config.base.web import display, panels
from config.base.web.views import TemplatePage
from oncall import schedules
from oncall.forms.rota import MomentForm
from oncall.models import Schedule

_CARDS = 48


class OnCall(TemplatePage):
    """Everybody who stands by at this moment, or at the one in the address."""

    template_name = "oncall/rota/on_call.html"

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
        return "On call now" if self.moment == self.at else f"On call on {display.local_text(self.moment)}"

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


def requested_moment(text: str) -> datetime | None:
    """A moment with its offset, or nothing."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
