"""Forms that ask a rota for days and for a moment."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from config.base.web.forms import FilterForm, Form
from oncall.rota import spans
from oncall.schedules.drafts import is_local
from oncall.schedules.wall_clock import resolve, wall


class MomentField(forms.CharField):
    """A wall clock in the reader's zone, as an instant; one that the clock skips or shows twice too (R-T3)."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def prepare_value(self, value: Any) -> Any:
        """As a browser's own field takes it."""
        if isinstance(value, datetime):
            return wall(value, _zone()).isoformat(timespec="minutes")
        return value

    def clean(self, value: Any) -> Any:
        """The instant in UTC, or nothing."""
        text = super().clean(value)
        if not text:
            return None
        if not is_local(text) or not spans.FIRST_YEAR <= int(text[:4]) <= spans.LAST_YEAR:
            raise forms.ValidationError(
                f"Write a date and a time between {spans.FIRST_YEAR} and {spans.LAST_YEAR}, as 2026-01-05T09:00."
            )
        return resolve(datetime.fromisoformat(text), _zone()).astimezone(UTC)


class MomentForm(FilterForm):
    """At which moment; now without one."""

    at = MomentField(required=False, label="At")


class DayField(forms.DateField):
    """A day of our years."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: Any) -> None:
        """Neither before the machines nor after the schedules."""
        super().validate(value)
        if isinstance(value, date) and not spans.FIRST_YEAR <= value.year <= spans.LAST_YEAR:
            raise forms.ValidationError(f"Choose a day between {spans.FIRST_YEAR} and {spans.LAST_YEAR}.")


class RotaForm(FilterForm):
    """Which days, as known when."""

    start = DayField(required=False, label="From")
    end = DayField(required=False, label="To (for a range of your own)")
    as_of = MomentField(required=False, label="As it was known on")
    span = forms.ChoiceField(choices=spans.KINDS.items(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        self.at = at
        super().__init__(*args, **kwargs)

    def clean_as_of(self) -> datetime | None:
        """A moment that has passed: what will be known is not known."""
        found: datetime | None = self.cleaned_data["as_of"]
        if found is not None and found > self.at:
            raise forms.ValidationError("Choose a moment that has passed, or leave it empty for what is known now.")
        return found

    def clean(self) -> dict[str, Any]:
        """A range runs forward and has both its ends."""
        found = super().clean() or {}
        start, end = found.get("start"), found.get("end")
        if end and not start:
            self.add_error("start", "Choose also the first day of the range.")
        elif start and end and end < start:
            self.add_error("end", "The last day comes before the first: choose a later one.")
        return found


class HandoffNoteForm(Form):
    """What the next person should know."""

    text = forms.CharField(
        label="What should the next person know?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown: what is open, what to watch, what can wait.",
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())
