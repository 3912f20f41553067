"""The fields of what a severity promises: for each metric a goal, its unit and the calendar that counts it."""

from collections.abc import Iterator, Mapping

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from incidents.models import SlaMetric
from incidents.models.sla.targets import MAX_GOAL
from incidents.severities.promises import PROMISED, Promise, calendar_field, goal_field
from oncall.models import Calendar

MINUTES, HOURS = "min", "h"
_UNITS = ((MINUTES, "min"), (HOURS, "hours"))
_FACTORS = {MINUTES: 1, HOURS: 60}
_HOURS_FROM = 600
"""From so many minutes on a goal of whole hours is written in hours."""
LABELS = {
    SlaMetric.ACKNOWLEDGE: "Acknowledge",
    SlaMetric.FIRST_UPDATE: "First update",
    SlaMetric.NEXT_UPDATE: "Next update every",
    SlaMetric.RESTORE: "Restore",
    SlaMetric.PREVENT: "Resolve (prevention done)",
}
HELPS = {
    SlaMetric.ACKNOWLEDGE: "From the first page to the first person who answers.",
    SlaMetric.FIRST_UPDATE: "From the start of the impact to the first public text.",
    SlaMetric.NEXT_UPDATE: "From each public text to the next one, until it is over.",
    SlaMetric.RESTORE: "From the start of the impact until the service works.",
    SlaMetric.PREVENT: "From restoration until what prevents it from coming back is done.",
}
_TOO_LONG = f"Choose at most {MAX_GOAL // 60:,} hours (90 days)."


def unit_field(metric: SlaMetric) -> str:
    """The name of the field with the unit of a metric's goal."""
    return f"{metric}_unit"


def promise_field_names() -> list[str]:
    """The names of all these fields, in order."""
    return [name for metric in PROMISED for name in (goal_field(metric), unit_field(metric), calendar_field(metric))]


def promise_fields() -> Iterator[tuple[str, forms.Field]]:
    """Each field with its name."""
    calendars = Calendar.objects.filter(versions__isnull=False).distinct().order_by("name")
    for metric in PROMISED:
        label = LABELS[metric]
        number = UnfoldAdminTextInputWidget({"inputmode": "numeric", "autocomplete": "off"})
        yield (
            goal_field(metric),
            forms.IntegerField(
                label=label, required=False, min_value=1, max_value=MAX_GOAL, help_text=HELPS[metric], widget=number
            ),
        )
        yield (
            unit_field(metric),
            forms.ChoiceField(label=f"{label}: unit", choices=_UNITS, required=False, widget=UnfoldAdminSelectWidget),
        )
        yield (
            calendar_field(metric),
            forms.ModelChoiceField(
                label=f"{label}: counted in",
                queryset=calendars,
                required=False,
                empty_label="All hours, every day",
                widget=UnfoldAdminSelectWidget,
            ),
        )


def initial_promises(promises: Mapping[SlaMetric, Promise]) -> dict[str, object]:
    """The values of the fields for these promises."""
    values: dict[str, object] = {}
    for metric in PROMISED:
        promise = promises.get(metric)
        minutes = promise.goal_minutes if promise else None
        in_hours = metric == SlaMetric.PREVENT if minutes is None else minutes >= _HOURS_FROM and not minutes % 60
        unit = HOURS if in_hours else MINUTES
        values |= {
            goal_field(metric): None if minutes is None else minutes // _FACTORS[unit],
            unit_field(metric): unit,
            calendar_field(metric): promise.calendar.pk if promise and promise.calendar else None,
        }
    return values


def read_promises(form: forms.BaseForm, *, untouched: Mapping[SlaMetric, Promise]) -> dict[SlaMetric, Promise]:
    """The promises that a cleaned form makes; a field that is wrong promises nothing, a goal that is too long is.

    What the reader left alone stays what it is in `untouched`, the promises at the moment of the change, if it is one
    of them: a version that is planned until then is not undone.
    """
    promises = {}
    for metric in PROMISED:
        names = {goal_field(metric), unit_field(metric), calendar_field(metric)}
        if metric in untouched and not names & set(form.changed_data):
            promises[metric] = untouched[metric]
            continue
        goal = form.cleaned_data.get(goal_field(metric))
        if goal is None:
            continue
        minutes = goal * _FACTORS[form.cleaned_data.get(unit_field(metric)) or MINUTES]
        if minutes > MAX_GOAL:
            form.add_error(goal_field(metric), _TOO_LONG)
            continue
        promises[metric] = Promise(minutes, form.cleaned_data.get(calendar_field(metric)))
    return promises
