"""Forms of excluded time: a day or a span, for one ticket or for many."""

from datetime import date, datetime

from django import forms

from config.base.data.lengths import SHORT_TEXT
from config.base.web.forms import Form, add_refusal
from config.base.web.moments import DayField, MomentField, reader_zone
from incidents.forms.response import VerbForm
from incidents.models import Service, Severity
from incidents.sla import spans
from incidents.sla.credits import check_span, counts_from
from incidents.tickets.locking import TicketRefused
from oncall.models import Calendar, Team


class SpanFields(forms.Form):
    """A whole local day, or from when until when; what comes out is always `starts_at` and `ends_at`."""

    at: datetime

    day = DayField(label="A whole day", required=False, help_text="Such as a holiday that nobody had entered.")
    calendar = forms.ModelChoiceField(
        label="Day of the calendar",
        queryset=Calendar.objects.filter(versions__withdrawn_at=None, versions__isnull=False)
        .distinct()
        .order_by("name"),
        required=False,
        empty_label="Your own time zone",
        help_text="A day begins and ends in the time zone of its calendar.",
    )
    starts_at = MomentField(
        label="Or from", required=False, whole_minutes=True, help_text="In your time zone, instead of a whole day."
    )
    ends_at = MomentField(label="Until", required=False, whole_minutes=True, help_text="This minute counts again.")

    def clean(self) -> dict[str, object]:
        """The span alone; a day, or both of its ends, is required."""
        super().clean()
        values = self.cleaned_data
        day, calendar = values.pop("day", None), values.pop("calendar", None)
        if {"day", "calendar", "starts_at", "ends_at"} & set(self.errors):
            return values
        ends = [values.get("starts_at"), values.get("ends_at")]
        try:
            if day is not None and any(ends):
                self.add_error("day", "Choose a whole day, or from when until when, not both.")
            elif day is not None:
                values["starts_at"], values["ends_at"] = self.span_of_day(day, calendar)
            elif all(ends):
                check_span(starts_at=values["starts_at"], ends_at=values["ends_at"], at=self.at)
            else:
                name = "day" if not any(ends) else "ends_at" if ends[0] else "starts_at"
                self.add_error(name, "Choose a whole day, or write from when until when.")
        except TicketRefused as refusal:
            add_refusal(self, refusal)
        return values

    @property
    def has_span(self) -> bool:
        """Whether it was sent with a span that is right, whatever else is wrong."""
        return self.is_bound and {"starts_at", "ends_at"} <= self.cleaned_data.keys() - set(self.errors)

    def span_of_day(self, day: date, calendar: Calendar | None) -> tuple[datetime, datetime]:
        """The day in the calendar's zone, or the reader's. Raises TicketRefused for one that has not begun."""
        zone = spans.calendar_zone(calendar, day) if calendar is not None else None
        return spans.day_span(day, zone=zone or reader_zone(), at=self.at)


def reason_field() -> forms.CharField:
    """Why the minutes do not count."""
    return forms.CharField(
        max_length=SHORT_TEXT, widget=forms.Textarea(attrs={"rows": 2}), help_text="The person who decides reads it."
    )


class ExcludeTimeForm(SpanFields, VerbForm):
    """Excluded time of one ticket; a whole day is cut to the ticket's beginning."""

    reason = reason_field()

    def span_of_day(self, day: date, calendar: Calendar | None) -> tuple[datetime, datetime]:
        """The part of the day from the ticket's beginning on. Raises TicketRefused if there is none."""
        starts_at, ends_at = super().span_of_day(day, calendar)
        starts_at = max(starts_at, counts_from(self.ticket))
        if starts_at >= ends_at:
            raise TicketRefused(f"{self.ticket.reference} began after this day. Choose another day.", field="day")
        return starts_at, ends_at


class ExcludeTimeOnManyForm(SpanFields, Form):
    """Excluded time of many tickets: when, why, and which tickets are listed."""

    narrowing = ("service", "team", "severity", "with_ended")

    reason = reason_field()
    service = forms.ModelChoiceField(
        queryset=Service.objects.order_by("name"), required=False, empty_label="All services"
    )
    team = forms.ModelChoiceField(
        label="Assigned team", queryset=Team.objects.order_by("name"), required=False, empty_label="All teams"
    )
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.order_by("position"), required=False, empty_label="All severities"
    )
    with_ended = forms.BooleanField(
        label="Also tickets that were restored, resolved or closed since then", required=False
    )

    def __init__(self, *args: object, at: datetime, **kwargs: object) -> None:
        self.at = at
        super().__init__(*args, **kwargs)
