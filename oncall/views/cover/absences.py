"""Leave: my own, and who else is away."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import FormPage, ListPage, PostPage
from oncall import permissions
from oncall.cover import absences
from oncall.filters import cover
from oncall.forms import cover as cover_forms
from oncall.models import Absence
from oncall.tables import cover as cover_tables

_MOST = 100


class LeaveList(ListPage):
    """Who is away, the latest first."""

    title = "Leave"
    lead = "The rota warns of leave and changes nothing by itself: swap the shift, or have it covered."
    queryset = Absence.objects.select_related("user").order_by("-starts_at")
    table_class = cover_tables.AbsenceTable
    filterset_class = cover.AbsenceFilter
    filters = ("search", "when", "team")
    empty = "Nobody has written down any leave yet. Begin with your own."
    create = ("oncall:absences", "My leave")


class MyLeave(FormPage):
    """My own leave: what I wrote, where I am on call meanwhile, and the next one."""

    title = "My leave"
    template_name = "oncall/cover/leave.html"
    form_class = cover_forms.LeaveForm
    button = "Add the leave"
    refusals = (Refusal, ValidationError)
    done = "Added. Look below whether you are on call in that time."

    def perform(self, form: Any) -> Any:
        """Write it down."""
        user: Any = self.person
        given = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "note")}
        absences.plan(user=user, at=self.at, **given)
        return "oncall:absences"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is written, and the warnings."""
        user: Any = self.person
        rows = list(user.absences.order_by("-starts_at", "-pk")[:_MOST])
        for row in rows:
            row.standing, row.standing_words = cover_tables.standing(row, at=self.at)
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "clashes": absences.clashes(rows, at=self.at),
        }


class LeaveCancel(PostPage):
    """Take a leave back."""

    refusals = (Refusal, ValidationError)
    done = "Cancelled."

    def perform(self) -> Any:
        """Cancel it."""
        row = get_object_or_404(Absence.objects.select_related("user"), pk=self.kwargs["pk"])
        if not permissions.can_change_time_off(self.person, row):
            raise PermissionDenied(self.refusal)
        absences.cancel(absence_id=row.pk, at=self.at)
        return self.back()

    def back(self) -> str:
        """My leave."""
        return reverse("oncall:absences")
