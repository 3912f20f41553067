"""Filters of the reports and of the records behind a figure."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from config.base.web.batched_choices import BatchedChoiceFilter
from config.base.web.filters import FilterSet
from incidents.models import (
    Service,
    Severity,
    Ticket,
)
from incidents.reports import metrics
from incidents.reports.summary import Scope
from oncall.models import Team


def midnight(day: date) -> datetime:
    """When the day begins for the reader."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _next(day: date) -> date:
    return min(day, date.max - timedelta(1)) + timedelta(1)


class ReportFilter(FilterSet):
    """The incidents that a number tells of; days are the reader's."""

    since = filters.DateFilter(label="From", method="from_day")
    until = filters.DateFilter(label="To, included", method="to_day")
    team = BatchedChoiceFilter(queryset=Team.objects.all(), to_field_name="slug")
    service = BatchedChoiceFilter(queryset=Service.objects.all(), to_field_name="slug")
    severity = BatchedChoiceFilter(queryset=Severity.objects.all(), to_field_name="name", rank="rank")
    times = filters.ChoiceFilter(
        label="Times",
        choices=[("recorded", "Only as recorded"), ("changed", "Only changed by hand")],
        method="by_times",
    )

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.form.fields[name].widget.input_type = "date"

    @property
    def scope(self) -> Scope:
        """What a valid filter narrows the numbers to, in the summary's terms."""
        given = self.form.cleaned_data
        return Scope(
            since=midnight(given["since"]) if given["since"] else None,
            until=midnight(_next(given["until"])) if given["until"] else None,
            team=given["team"],
            service=given["service"],
            severity=given["severity"],
            is_changed={"recorded": False, "changed": True}.get(given["times"]),
        )

    def from_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Whose impact began on this day or later."""
        return metrics.began_between(queryset, since=midnight(value))

    def to_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Whose impact began on this day or earlier."""
        return metrics.began_between(queryset, until=midnight(_next(value)))

    def by_times(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """With or without those whose times somebody changed."""
        return queryset.filter(times_changed_at__isnull=value == "recorded")


class RecordFilter(ReportFilter):
    """The records behind a number; its rows need `outcome` of the measure."""

    measure = filters.ChoiceFilter(
        choices=[(one.name, one.title) for one in metrics.MEASURES.values()], method="as_it_is"
    )
    outcome = filters.ChoiceFilter(
        label="Counted", choices=[*metrics.Outcome.choices, ("left_out", "Left out")], method="by_outcome"
    )

    def as_it_is(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """The page has measured already."""
        return queryset

    def by_outcome(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One outcome, or all that are not counted."""
        if value == "left_out":
            return queryset.exclude(outcome=metrics.Outcome.COUNTED)
        return queryset.filter(outcome=value)
