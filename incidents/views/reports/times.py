"""The report on times to acknowledge, restore and resolve, and the records behind each figure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from config.base.web import charts, display
from config.base.web.csv_files import csv_response
from config.base.web.query_pages import QueryPage
from config.base.web.tables import Table
from config.base.web.views import ListPage
from incidents.filters.reports import RecordFilter, TimesFilter
from incidents.models import Service, Severity, Ticket
from incidents.reports import aggregates, metrics
from incidents.reports.aggregates import Cell, Figures
from incidents.reports.metrics import DEFAULT_MEASURES, DIMENSIONS, MEASURES
from incidents.tables.reports import RecordTable
from incidents.views.reports.periods import first_of_month
from oncall.models import Team

_MONTHS_BEFORE = 11
_NAMES: dict[str, tuple[Any, str]] = {
    "team": (Team.objects.order_by("name"), "slug"),
    "service": (Service.objects.order_by("name"), "slug"),
    "severity": (Severity.objects.order_by("position"), "name"),
}


@dataclass(frozen=True)
class FigureView:
    """Figures as the page shows them, linked to their records."""

    figures: Figures
    url: str

    @property
    def median(self) -> str:
        """The median, as text."""
        return _span(self.figures.median)

    @property
    def mean(self) -> str:
        """The mean, as text."""
        return _span(self.figures.mean)

    @property
    def p90(self) -> str:
        """The 90th percentile, as text."""
        return _span(self.figures.p90)


def _span(seconds: float | None) -> str:
    return "–" if seconds is None else display.duration_text(seconds)


class TimesReport(QueryPage):
    """Tiles, a chart and a table of one measure by month; every figure links to its records."""

    title = "Times to acknowledge, restore and resolve"
    template_name = "incidents/reports/times.html"

    @cached_property
    def query(self) -> Any:
        """The parameters of the address; without a beginning, the last twelve months."""
        query = self.request.GET.copy()
        today = timezone.localtime(self.at).date()
        if not any(query.getlist("since")):
            query["since"] = first_of_month(today, back=_MONTHS_BEFORE).isoformat()
        return query

    @property
    def measure(self) -> metrics.Measure:
        """The measure of the chart and the table."""
        return self.filterset.chosen_measure

    @property
    def dimension(self) -> str:
        """What splits each month: team, service or severity."""
        return self.filterset.chosen_dimension

    @cached_property
    def filterset(self) -> TimesFilter:
        """The filter of incidents, with the measure and the split."""
        rows = Ticket.objects.incidents().visible_to(self.person)
        return TimesFilter(self.query, queryset=rows, request=self.request)

    @property
    def query_form(self) -> Any:
        """The filter's form."""
        return self.filterset.form

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All of the page, in three queries."""
        zone = _zone()
        filterset, chosen = self.filterset, self.measure.name
        gathered = self.is_readable and aggregates.gather(
            filterset.qs,
            zone=zone,
            dimension=self.dimension,
            measures=list(dict.fromkeys([*DEFAULT_MEASURES, chosen])),
            scope=filterset.scope,
        )
        whole = gathered.cells(list(dict.fromkeys([*DEFAULT_MEASURES, chosen]))) if gathered else []
        split = gathered.cells([chosen], is_split=True) if gathered else []
        rows, natural = _NAMES[self.dimension]
        names = {row["pk"]: row for row in rows.values("pk", "name", natural)}
        months = [cell for cell in whole if cell.month]
        return super().get_context_data(**kwargs) | {
            "filter_fields": [self.filterset.form[name] for name in ("since", "until", "team", "service", "severity")],
            "is_filtered": bool(set(self.request.GET) - {"measure", "by"}),
            "zone": str(zone),
            "measure": self.measure,
            "dimension": self.dimension,
            "measures": [(MEASURES[name], name == self.measure.name) for name in DEFAULT_MEASURES],
            "dimensions": [(name, name == self.dimension) for name in DIMENSIONS],
            "tiles": [self._tile(MEASURES[name], whole, months) for name in DEFAULT_MEASURES],
            "chart": self._chart(months),
            "grid": self._grid(split, months, whole, names, natural),
        }

    def _records(self, measure: str, *, outcome: str = "counted", month: date | None = None, **key: str) -> str:
        """The address of the records behind a figure: the same filter, narrowed to its cell."""
        parameters = {
            name: self.query[name]
            for name in ("since", "until", "team", "service", "severity", "times")
            if self.query.get(name)
        }
        if month is not None:
            last = first_of_month(month, back=-1) - timedelta(1)
            parameters["since"] = max(parameters["since"], month.isoformat())
            parameters["until"] = min(parameters.get("until") or last.isoformat(), last.isoformat())
        query = urlencode(parameters | key | {"measure": measure, "outcome": outcome})
        return f"{reverse('incidents:report-records')}?{query}"

    def _tile(self, measure: metrics.Measure, whole: list[Cell], months: list[Cell]) -> dict[str, object]:
        total = next((cell.figures[measure.name] for cell in whole if not cell.month), None)
        medians = [cell.figures[measure.name].median for cell in months]
        return {
            "measure": measure,
            "figure": FigureView(total, self._records(measure.name)) if total else None,
            "reasons": [
                (measure.outcome_label(reason), count, self._records(measure.name, outcome=reason))
                for reason, count in (total.left_out if total else {}).items()
            ],
            "spark": charts.sparkline(medians, words=f"{measure.title}, median of each month"),
        }

    def _chart(self, months: list[Cell]) -> str:
        measure = self.measure
        if measure.name not in DEFAULT_MEASURES:
            return ""
        bars = []
        for cell in months:
            figures = cell.figures[measure.name]
            text = f"{cell.month:%B %Y}: median {_span(figures.median)}, 90 % below {_span(figures.p90)}"
            bars.append(charts.Bar(f"{cell.month:%b}", figures.median, figures.p90, text))
        return charts.bar_chart(
            bars,
            name="by-month",
            title=f"{measure.title} by month",
            about="Bars: the median of each month. Lines: the 90th percentile. The table below has the figures.",
        )

    def _grid(
        self, split: list[Cell], months: list[Cell], whole: list[Cell], names: dict[int, Any], natural: str
    ) -> dict[str, Any]:
        name = self.measure.name
        cells = {(cell.month, cell.key): cell.figures[name] for cell in split}
        used = {cell.key for cell in split}
        keys = [key for key in names if key in used] + ([None] if None in used else [])
        totals = {cell.month: cell.figures.get(name) for cell in whole}

        def figure_of(month: date | None, key: int | None) -> FigureView | None:
            figures = cells.get((month, key))
            if figures is None:
                return None
            narrowed = {self.dimension: names[key][natural]} if key is not None else {}
            return FigureView(figures, self._records(name, month=month, **narrowed))

        def total(month: date | None) -> FigureView | None:
            figures = totals.get(month)
            return FigureView(figures, self._records(name, month=month)) if figures else None

        heads = [names[key]["name"] if key is not None else f"No {self.dimension}" for key in keys]
        periods = [cell.month for cell in reversed(months)]
        return {
            "heads": heads,
            "rows": [
                {"month": month, "cells": list(zip(heads, (figure_of(month, key) for key in keys), strict=True)),
                 "total": total(month)}
                for month in [*periods, None]
            ],
        }  # fmt: skip

    def export(self, context: dict[str, Any]) -> HttpResponse:
        """The table of the measure by month."""
        head = ["month", self.dimension, "measure", "n", "median_seconds", "mean_seconds", "p90_seconds", "left_out"]
        rows = [
            _csv_row(row["month"], label, self.measure.name, figure.figures)
            for row in context["grid"]["rows"]
            for label, figure in [*row["cells"], ("all", row["total"])]
            if figure
        ]
        return csv_response(head, rows, name=f"report-{self.at:%Y-%m-%d}")


def _csv_row(month: date | None, head: str, measure: str, figures: Figures) -> list[object]:
    lengths = [None if value is None else round(value) for value in (figures.median, figures.mean, figures.p90)]
    return [f"{month:%Y-%m}" if month else "all", head, measure, figures.n, *lengths, figures.left_out_total]


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())


class ReportRecords(ListPage):
    """The records behind a figure: those counted, and those left out with the reason."""

    title = "Reports: records"
    queryset = Ticket.objects.incidents().for_list().order_by("-impact_started_at")
    table_class = RecordTable
    filterset_class = RecordFilter
    filters = ("measure", "outcome", "since", "until", "team", "service", "severity", "times")
    empty = "No incident is in this figure. Choose a longer period."

    @property
    def measure(self) -> metrics.Measure:
        """The measure of the address."""
        return self.own_filter.chosen_measure

    @cached_property
    def own_filter(self) -> RecordFilter:
        """The filter of the address before there are rows, which need its measure."""
        return RecordFilter(self.request.GET, queryset=Ticket.objects.none(), request=self.request)

    @property
    def lead(self) -> str:  # type: ignore[override]  # a property over a constant
        """The definition of the measure."""
        return f"{self.measure.title}: {self.measure.formula}."

    def get_queryset(self) -> QuerySet[Ticket]:
        """Each record with its outcome and length."""
        return metrics.with_measure(super().get_queryset(), self.measure)

    def get_table(self, **kwargs: object) -> Table:
        """The table, with the measure that names its outcomes."""
        table = super().get_table(**kwargs)
        table.measure = self.measure
        return table
