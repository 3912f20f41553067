"""Pages of time off: my own, and everybody's."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, FormPage, ListPage, PostPage
from oncall import permissions
from oncall.cover import absences
from oncall.filters import cover
from oncall.forms import cover as cover_forms
from oncall.models import Absence
from oncall.tables import cover as cover_tables
from oncall.views import tabs

_MAX_ROWS = 100


class TimeOffList(ListPage):
    """Time off of everybody, the latest first."""

    title = "Time off"
    icon = "calendar-off"
    tabs = tabs.COVER
    lead = "The rota warns about time off and changes nothing by itself: swap the shift, or have it covered."
    queryset = Absence.objects.select_related("user").order_by("-starts_at")
    table_class = cover_tables.AbsenceTable
    filterset_class = cover.AbsenceFilter
    filters = ("search", "when", "team")
    empty = "No time off yet. Start with your own."
    create = ("oncall:my-time-off", "My time off")


class MyTimeOff(FormPage):
    """The reader's time off: the list, conflicts with shifts, and a form to add more."""

    guard = Once("each form is one absence")
    title = "My time off"
    template_name = "oncall/cover/time_off.html"
    form_class = cover_forms.TimeOffForm
    button = "Add time off"
    refusals = (Refusal, ValidationError)
    done = "Added. Check below whether you are on call in that time."

    def perform(self, form: cover_forms.TimeOffForm) -> Destination:
        """Record it."""
        user = self.person
        values = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "note")}
        absences.add_absence(user=user, at=self.at, **values)
        return "oncall:my-time-off"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The entries, and the shifts they conflict with."""
        user = self.person
        rows = list(user.absences.order_by("-starts_at", "-pk")[:_MAX_ROWS])
        for row in rows:
            row.state, row.state_label = cover_tables.state_of(row, at=self.at)  # type: ignore[attr-defined]  # for the template
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "clashes": absences.clashes(rows, at=self.at),
        }


class TimeOffCancel(PostPage):
    """Cancel time off."""

    guard = Once("a cancelled absence stays cancelled")
    confirm = "Cancel this time off? You count as available again."
    refusals = (Refusal, ValidationError)
    done = "Cancelled."

    def perform(self) -> Destination:
        """Cancel it."""
        row = get_object_or_404(Absence.objects.select_related("user"), pk=self.kwargs["pk"])
        if not permissions.can_change_time_off(self.person, row):
            raise PermissionDenied(self.refusal)
        absences.cancel_absence(absence_id=row.pk, at=self.at)
        return self.back()

    def back(self) -> str:
        """The page My time off."""
        return reverse("oncall:my-time-off")
