"""The report on prevention."""

from django.utils import timezone
from django.utils.functional import cached_property

from config.base.web.query_pages import QueryPage
from postmortems import reports
from postmortems.forms import ReportForm


class PreventionReport(QueryPage):
    """How soon postmortems are written (S37) and how many incidents repeat (S38); every figure links to its list."""

    title = "Prevention"
    template_name = "postmortems/report.html"

    @cached_property
    def query_form(self) -> ReportForm:
        """Period and team."""
        return ReportForm(self.request.GET)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the report of the period and team in the address; without one while they are not understood."""
        context = super().get_context_data(**kwargs)
        submitted = self.query_form
        if not self.is_readable:
            return context | {"filter_fields": [submitted[name] for name in submitted.fields], "report": None}
        scope = submitted.scope(user=self.person, today=timezone.localdate(self.at))
        initial = {"since": scope.since, "until": scope.until, "team": scope.team.slug if scope.team else ""}
        form = ReportForm(initial=initial)
        return context | {
            "filter_fields": [form[name] for name in form.fields],
            "report": reports.build_report(scope),
        }
