"""Filters of the reports and of the records behind a figure."""

from datetime import date, datetime
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from config.base.data.wall_clock import DAY, day_start
from config.base.web.batched_choices import BatchedChoiceFilter
from config.base.web.filters import DayFilter, FilterSet
from config.base.web.moments import reader_zone
from incidents.models import Service, Severity, Ticket
from incidents.reports import metrics
from incidents.reports.summary import Scope
from oncall.models import Team


def midnight(day: date) -> datetime:
    """The beginning of the day in the reader's time zone."""
    return day_start(day, reader_zone())


class ReportFilter(FilterSet):
    """Which incidents the report counts; days are in the reader's time zone."""

    since = DayFilter(label="From", method="from_day")
    until = DayFilter(label="To, included", method="to_day")
    team = BatchedChoiceFilter(queryset=Team.objects.all(), to_field_name="slug")
    service = BatchedChoiceFilter(queryset=Service.objects.all(), to_field_name="slug")
    severity = BatchedChoiceFilter(queryset=Severity.objects.all(), to_field_name="name", rank="rank")
    times = filters.ChoiceFilter(
        label="Times",
        choices=[("recorded", "Only as recorded"), ("changed", "Only changed by hand")],
        method="by_times",
    )

    single: tuple[str, ...] = ("team", "service", "severity", "times")

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """The summary's scope of a valid filter."""
        values = self.form.cleaned_data
        return Scope(
            since=midnight(values["since"]) if values["since"] else None,
            until=midnight(values["until"] + DAY) if values["until"] else None,
            team=values["team"],
            service=values["service"],
            severity=values["severity"],
            is_changed={"recorded": False, "changed": True}.get(values["times"]),
        )

    def from_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Incidents whose impact began on this day or later."""
        return metrics.began_between(queryset, since=midnight(value))

    def to_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Incidents whose impact began on this day or earlier."""
        return metrics.began_between(queryset, until=midnight(value + DAY))

    def by_times(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Only with recorded times, or only with a time changed by hand."""
        return queryset.filter(times_changed_at__isnull=value == "recorded")


class _MeasureFilter(ReportFilter):
    """A report of one measure; rows are those of the report, the page applies the measure."""

    single: tuple[str, ...] = (*ReportFilter.single, "measure")

    measure = filters.ChoiceFilter(
        label="Measure",
        choices=[(measure.name, measure.title) for measure in metrics.MEASURES.values()],
        method="unchanged",
    )

    @property
    def chosen_measure(self) -> metrics.Measure:
        """The measure of the address; the usual one without any, or while the address is not understood."""
        values = self.form.cleaned_data if self.is_valid() else {}
        return metrics.MEASURES[values.get("measure") or metrics.USUAL_MEASURE]

    def unchanged(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """All rows: the page has applied it already."""
        return queryset


class TimesFilter(_MeasureFilter):
    """The report of one measure by month, split by team, service or severity."""

    single = (*_MeasureFilter.single, "by")

    by = filters.ChoiceFilter(label="By", choices=[(name, name) for name in metrics.DIMENSIONS], method="unchanged")

    @property
    def chosen_dimension(self) -> str:
        """What splits each month; the team without any, or while the address is not understood."""
        values = self.form.cleaned_data if self.is_valid() else {}
        return values.get("by") or "team"


class RecordFilter(_MeasureFilter):
    """The records behind a figure; its rows need `outcome` of the measure."""

    outcome = filters.ChoiceFilter(
        label="Counted", choices=[*metrics.Outcome.choices, ("left_out", "Left out")], method="by_outcome"
    )

    def by_outcome(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Records with one outcome, or all that are left out."""
        if value == "left_out":
            return queryset.exclude(outcome=metrics.Outcome.COUNTED)
        return queryset.filter(outcome=value)
