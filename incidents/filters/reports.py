"""Filters of the reports and of the records behind a figure: times, and promises kept and broken."""

from datetime import date, datetime
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from config.base.data.wall_clock import DAY, day_start
from config.base.web.batched_choices import BatchedChoiceFilter
from config.base.web.filters import DayFilter, FilterSet, MomentFilter, SinceDayFilter, UntilDayFilter, YesNoFilter
from config.base.web.forms import FilterForm
from config.base.web.moments import reader_zone
from incidents.filters.tickets import ReferenceFilter
from incidents.models import Service, Severity, SlaCycle, SlaKind, SlaMetric, SlaState, Ticket
from incidents.reports import metrics
from incidents.reports.summary import Scope
from incidents.sla import report
from incidents.sla.report import Grouping, Outcome
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
    severity = BatchedChoiceFilter(queryset=Severity.objects.all(), to_field_name="name", rank="position")
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


class _PeriodForm(FilterForm):
    """A filter with a period."""

    def clean(self) -> dict[str, object]:
        """Refuse a period that ends before it begins."""
        values = super().clean() or {}
        days = [values[name] for name in ("since", "until") if values.get(name)]
        if len(days) == 2 and days[0] > days[1]:
            self.add_error("until", "The period ends before it begins. Swap the two days.")
        return values


class _ClockTeamFilter(BatchedChoiceFilter):
    """Clocks by the team whose promise they are."""

    def filter(self, queryset: QuerySet[SlaCycle], value: int | None) -> QuerySet[SlaCycle]:
        """The promises of this team."""
        if value is None:
            return queryset
        return queryset.alias(team_of_clock=report.team_of_clock()).filter(team_of_clock=value)


class _SlaFilter(FilterSet):
    """Clocks by the day on which they were decided, and by what their tickets were then."""

    since = SinceDayFilter(field_name="decided_at", label="From")
    until = UntilDayFilter(field_name="decided_at", label="To, included")
    kind = filters.ChoiceFilter(label="Promise to", choices=SlaKind)
    metric = filters.ChoiceFilter(label="Promise", choices=SlaMetric)
    team = _ClockTeamFilter(queryset=Team.objects.all(), to_field_name="slug")
    service = BatchedChoiceFilter(queryset=Service.objects.all(), to_field_name="slug")
    customer = filters.CharFilter(label="Customer", max_length=300, method="of_customer")
    category = filters.CharFilter(label="Category", max_length=60)
    imported = YesNoFilter(label="From another system", method="is_imported")
    source = filters.CharFilter(label="System", max_length=60)

    class Meta(FilterSet.Meta):
        model = SlaCycle
        form = _PeriodForm
        fields: tuple[str, ...] = ()

    def of_customer(self, queryset: QuerySet[SlaCycle], name: str, value: str) -> QuerySet[SlaCycle]:
        """Clocks of tickets that affected this customer."""
        return queryset.filter(customers__contains=[value])

    def is_imported(self, queryset: QuerySet[SlaCycle], name: str, value: bool) -> QuerySet[SlaCycle]:
        """Clocks that came from another system, or those of this one."""
        return queryset.exclude(source="") if value else queryset.filter(source="")


class SlaReportFilter(_SlaFilter):
    """What the SLA report counts, and how it groups."""

    single = ("kind", "metric", "team", "service", "customer", "category", "source", "by")

    by = filters.ChoiceFilter(label="By", choices=Grouping.choices, method="unchanged", empty_label=None)

    @property
    def grouping(self) -> Grouping:
        """What the report groups by; the service without any, or while the address is not understood."""
        values = self.form.cleaned_data if self.is_valid() else {}
        return Grouping(values.get("by") or Grouping.SERVICE)

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The moments between which a valid filter counts: from the first on, before the second."""
        since, until = self.form.cleaned_data["since"], self.form.cleaned_data["until"]
        return since and day_start(since, self.zone), until and day_start(until + DAY, self.zone)

    def sections(self) -> list[report.Section]:
        """The report of a valid filter."""
        customer = self.form.cleaned_data["customer"]
        return report.read_report(self.qs, by=self.grouping, zone=self.zone, customers=[customer] if customer else [])

    def unchanged(self, queryset: QuerySet[SlaCycle], name: str, value: str) -> QuerySet[SlaCycle]:
        """All rows: the report groups them."""
        return queryset


class SlaCycleFilter(_SlaFilter):
    """Clocks, as the records behind a number of the SLA report and as the API lists them."""

    outcome = filters.ChoiceFilter(label="Outcome", choices=Outcome.choices, method="with_outcome")
    state = filters.ChoiceFilter(label="State", choices=SlaState)
    without = filters.ChoiceFilter(
        label="Without",
        choices=[(value, label) for value, label in Grouping.choices if value != Grouping.MONTH],
        method="without_group",
    )
    ticket = ReferenceFilter(field_name="ticket", label="Ticket")
    breach_recorded_after = MomentFilter(
        label="Breach known since", field_name="breach_recorded_at", lookup_expr="gte"
    )
    breach_recorded_before = MomentFilter(
        label="Breach known before", field_name="breach_recorded_at", lookup_expr="lt"
    )
    waived_after = MomentFilter(label="Waived since", field_name="waived_at", lookup_expr="gte")
    waived_before = MomentFilter(label="Waived before", field_name="waived_at", lookup_expr="lt")

    def with_outcome(self, queryset: QuerySet[SlaCycle], name: str, value: str) -> QuerySet[SlaCycle]:
        """Clocks with this outcome."""
        return report.with_outcome(queryset, value)

    def without_group(self, queryset: QuerySet[SlaCycle], name: str, value: str) -> QuerySet[SlaCycle]:
        """Clocks that have no service, team, customer or category."""
        return report.without(queryset, value)
