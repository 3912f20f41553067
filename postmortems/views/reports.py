"""The report on prevention."""

from django.utils import timezone

from config.base.web.views import TemplatePage
from postmortems import reports
from postmortems.forms import ReportForm


class PreventionReport(TemplatePage):
    """How soon postmortems are written (S37) and how many incidents repeat (S38); every figure links to its list."""

    title = "Reports: prevention"
    template_name = "postmortems/report.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the report of the period and team in the address."""
        today = timezone.localdate(self.at)
        submitted = ReportForm(self.request.GET)
        scope = submitted.scope(user=self.person, today=today)
        initial = {"since": scope.since, "until": scope.until, "team": scope.team.slug if scope.team else ""}
        form = ReportForm(initial=initial) if submitted.is_valid() else submitted
        return super().get_context_data(**kwargs) | {
            "filter_fields": [form[name] for name in ("since", "until", "team")],
            "errors": submitted.non_field_errors(),
            "report": reports.build_report(scope),
        }
