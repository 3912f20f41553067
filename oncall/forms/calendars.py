"""Forms of calendars and their dates."""

from typing import Any

from django import forms

from config.base.web.forms import EditForm, Form
from oncall.calendars import countries


class CalendarForm(Form):
    """A new calendar."""

    name = forms.CharField(max_length=80, help_text="Such as Public holidays in Berlin.")
    country = forms.ChoiceField(
        required=False, help_text="Its public holidays are added, and new years follow automatically."
    )
    subdivision = forms.CharField(
        required=False, max_length=12, help_text="A part of the country, such as BE for Berlin. Optional."
    )
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        field.choices = countries.choices("None: I add our own days")


class CalendarNameForm(EditForm):
    """The fields of a calendar that may change."""

    name = forms.CharField(max_length=80)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


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
