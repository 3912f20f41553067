"""The SLA report, and the clocks behind each of its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from config.base.web.csv_files import csv_response
from config.base.web.query_pages import QueryPage
from config.base.web.views import ListPage
from incidents.filters.reports import SlaCycleFilter, SlaReportFilter
from incidents.models import SlaCycle
from incidents.sla.report import LEAST, Group, Grouping, Outcome, Section, Tally, with_corrections
from incidents.tables.reports import SlaClockTable
from incidents.views.reports.periods import first_of_month

MAX_GROUPS = 100
"""Groups of one promise on the page; the file has all."""
_NUMBERS = {
    Outcome.MET: "Kept",
    Outcome.BROKEN: "Broken",
    Outcome.WAIVED: "Of these waived",
    Outcome.UNCONFIRMED: "No longer in the history",
}


@dataclass(frozen=True)
class Number:
    """One number of the report, linked to its records."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Line:
    """One group as the page shows it."""

    label: str
    numbers: list[Number]
    share: str
    is_total: bool = False


class SlaReport(QueryPage):
    """Promises kept and broken, a table for each; every number links to its records."""

    title = "Promises kept and broken"
    template_name = "incidents/reports/sla.html"

    @cached_property
    def query(self) -> QueryDict:
        """The parameters of the address; without a beginning, from the first day of the last month."""
        query = self.request.GET.copy()
        if not any(query.getlist("since")):
            query["since"] = first_of_month(timezone.localtime(self.at).date(), back=1).isoformat()
        if not any(query.getlist("by")):
            query["by"] = Grouping.SERVICE.value
        return query

    @cached_property
    def filterset(self) -> SlaReportFilter:
        """The filter of the clocks, with the grouping."""
        rows = SlaCycle.objects.visible_to(self.person)
        return SlaReportFilter(self.query, queryset=rows, request=self.request)

    @property
    def query_form(self) -> Form:
        """The filter's form."""
        return self.filterset.form

    @cached_property
    def sections(self) -> list[Section]:
        """The report; nothing while the address is not understood."""
        return self.filterset.sections() if self.is_readable else []

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All of the page."""
        filterset = self.filterset
        drawn = ("since", "until", "by", "kind", "metric", "team", "service", "customer", "category")
        return super().get_context_data(**kwargs) | {
            "filter_fields": [filterset.form[name] for name in drawn],
            "is_filtered": bool(set(self.request.GET) - {"by"}),
            "zone": str(filterset.zone),
            "grouping": filterset.grouping,
            "heads": [*_NUMBERS.values()],
            "least": LEAST,
            "own": [self._table(section) for section in self.sections if not section.source],
            "imported": [self._table(section) for section in self.sections if section.source],
        }

    def _table(self, section: Section) -> dict[str, object]:
        lines = [self._line(section, tally, group=group) for group, tally in section.groups[:MAX_GROUPS]]
        return {
            "title": section.title,
            "source": section.source,
            "lines": [*lines, self._line(section, section.total)],
            "left_out": len(section.groups) - len(lines),
        }

    def _line(self, section: Section, tally: Tally, *, group: Group | None = None) -> Line:
        counts = {
            Outcome.MET: tally.met,
            Outcome.BROKEN: tally.broken,
            Outcome.WAIVED: tally.waived,
            Outcome.UNCONFIRMED: tally.unconfirmed,
        }
        numbers = [
            Number(_NUMBERS[outcome], count, self._records(section, outcome, group))
            for outcome, count in counts.items()
        ]
        percent = tally.met_percent
        share = f"n < {LEAST}" if percent is None else f"{percent:.1f} %"
        return Line(group.label if group else "All", numbers, share, is_total=group is None)

    def _records(self, section: Section, outcome: Outcome, group: Group | None) -> str:
        """The address of the clocks behind a number: the same filter, narrowed to it."""
        names = ("since", "until", "team", "service", "customer", "category")
        parameters = {name: self.query[name] for name in names if self.query.get(name)}
        parameters |= {"kind": section.kind.value, "metric": section.metric.value}
        parameters |= {"source": section.source} if section.source else {"imported": "false"}
        if group is not None:
            parameters |= self._narrowed(group)
        return f"{reverse('incidents:sla-clocks')}?{urlencode(parameters | {'outcome': outcome.value})}"

    def _narrowed(self, group: Group) -> dict[str, str]:
        if group.month is not None:
            last = first_of_month(group.month, back=-1) - timedelta(1)
            return {
                "since": max(str(self.query["since"]), group.month.isoformat()),
                "until": min(str(self.query.get("until") or last.isoformat()), last.isoformat()),
            }
        by = self.filterset.grouping.value
        return {by: group.key} if group.key else {"without": by}

    def export(self, context: dict[str, object]) -> HttpResponse:
        """All groups of all promises."""
        head = [
            "kind", "metric", "source", self.filterset.grouping.value, "n", "met", "broken", "waived",
            "no_longer_in_history", "met_percent",
        ]  # fmt: skip
        rows = [row for section in self.sections for row in _csv_rows(section)]
        return csv_response(head, rows, name=f"sla-report-{self.at:%Y-%m-%d}")


def _csv_rows(section: Section) -> Iterator[list[object]]:
    named = [(group.label, tally) for group, tally in section.groups]
    for label, tally in [*named, ("all", section.total)]:
        yield [
            section.kind.value, section.metric.value, section.source, label, tally.decided, tally.met, tally.broken,
            tally.waived, tally.unconfirmed, tally.met_percent,
        ]  # fmt: skip


class SlaClockList(ListPage):
    """The clocks behind a number of the SLA report."""

    title = "Reports: SLA clocks"
    lead = "Each promise that was kept or broken, the latest first. A waived breach stays broken."
    queryset = with_corrections(
        SlaCycle.objects.filter(decided_at__isnull=False)
        .select_related("ticket", "team", "version__target", "service", "owner")
        .order_by("-decided_at")
    )
    table_class = SlaClockTable
    filterset_class = SlaCycleFilter
    filters = ("outcome", "since", "until", "kind", "metric", "team", "service", "customer", "category", "ticket")
    empty = "No promise was kept or broken here. Choose a longer period."
