"""The report on prevention."""

from typing import Any

from django.utils import timezone

from config.base.web.views import TemplatePage
from postmortems import reports
from postmortems.forms import ReportForm


class PreventionReport(TemplatePage):
    """How soon lessons are written (S37) and whether trouble stays away (S38); every number leads to its list."""

    title = "Prevention"
    template_name = "postmortems/report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the report of the period and team that the address names."""
        today = timezone.localdate(self.at)
        asked = ReportForm(self.request.GET)
        scope = asked.scope(user=self.person, today=today)
        shown = {"since": scope.since, "until": scope.until, "team": scope.team.slug if scope.team else ""}
        form = ReportForm(initial=shown) if asked.is_valid() else asked
        return super().get_context_data(**kwargs) | {
            "filter_fields": [form[name] for name in ("since", "until", "team")],
            "query_problems": asked.non_field_errors(),
            "report": reports.make(scope),
        }
