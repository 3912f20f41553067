"""Forms of calendars, their dates and their opening hours."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from config.base.data.lengths import CONFIG_TEXT
from config.base.web.forms import EditForm, Form
from config.base.web.moments import MomentField
from oncall.calendars import countries, hours_lines
from oncall.calendars.hours_types import ExceptionDay, WeeklyWindow
from oncall.models import Calendar
from oncall.models.people import ZONES


class CalendarForm(Form):
    """A new calendar."""

    name = forms.CharField(max_length=80, help_text="Such as Public holidays in Berlin.")
    country = forms.ChoiceField(
        required=False, help_text="Its public holidays are added, and new years follow automatically."
    )
    subdivision = forms.CharField(
        required=False, max_length=12, help_text="A part of the country, such as BE for Berlin. Optional."
    )
    description = forms.CharField(max_length=CONFIG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        field.choices = countries.choices("None: I add our own days")


class CalendarNameForm(EditForm):
    """The fields of a calendar that may change."""

    name = forms.CharField(max_length=80)
    description = forms.CharField(max_length=CONFIG_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class DayForm(Form):
    """A day off."""

    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(max_length=120, required=False, label="Name")


class ImportForm(Form):
    """Import days from another calendar, by file or address."""

    secrets = ("url",)  # a private calendar's address is its key

    file = forms.FileField(required=False, label="File", help_text="An iCalendar file (.ics) of up to 512 KB.")
    url = forms.CharField(required=False, max_length=2000, label="Or address", help_text="https://… or webcal://…")

    def clean(self) -> dict[str, object]:
        """Require exactly one of them."""
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("url")):
            raise forms.ValidationError("Choose a file or write an address, but not both.")
        return cleaned


class OpeningHoursForm(Form):
    """A calendar's opening hours from a moment on, a line for each window and each exception."""

    time_zone = forms.CharField(
        label="Time zone", max_length=64, widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
        help_text="Such as Europe/Berlin. Hours are in this zone, wherever the reader is.",
    )  # fmt: skip
    windows = forms.CharField(
        label="Weekly hours", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=(
            "A line for the same days, as Mon-Fri 09:00-12:00, 13:00-17:00. An end before the start is on the next"
            " day. Around the clock is: every day 00:00-24:00."
        ),
    )  # fmt: skip
    exceptions = forms.CharField(
        label="Exceptions", required=False, max_length=40_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=(
            "A line for each day, as 2026-12-24 09:00-12:00 Christmas Eve, or 2026-12-31 closed. It replaces the"
            " whole day, also a holiday."
        ),
    )  # fmt: skip
    holidays = forms.ModelChoiceField(
        label="Closed on the days of", required=False, queryset=Calendar.objects.order_by("name"),
        empty_label="No calendar: open on holidays",
    )  # fmt: skip
    effective_from = MomentField(
        label="From", required=False, whole_minutes=True,
        help_text="In the time zone above. Empty: from the next minute on.",
    )  # fmt: skip
    note = forms.CharField(
        label="Reason for the change", required=False, max_length=200, help_text="It is shown in the history."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        zone = self["time_zone"].value() or ""
        field = self.fields["effective_from"]
        if isinstance(field, MomentField) and zone in ZONES:
            field.zone = ZoneInfo(zone)

    def clean_windows(self) -> list[WeeklyWindow]:
        """The windows in the lines."""
        return hours_lines.read_windows(self.cleaned_data["windows"])

    def clean_exceptions(self) -> list[ExceptionDay]:
        """The exceptions in the lines."""
        return hours_lines.read_exceptions(self.cleaned_data["exceptions"])
