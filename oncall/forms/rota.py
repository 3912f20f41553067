"""Forms of the rota pages: days, instants and handoff notes."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from config.base.web.forms import FilterForm, Form
from oncall.rota import spans
from oncall.schedules.drafts import is_local_time
from oncall.schedules.wall_clock import resolve, wall_time


class MomentField(forms.CharField):
    """A local time in the reader's time zone, as an instant; skipped and repeated times are accepted (R-T3)."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def prepare_value(self, value: Any) -> Any:
        """The value in the format of the browser's field."""
        if isinstance(value, datetime):
            return wall_time(value, _zone()).isoformat(timespec="minutes")
        return value

    def clean(self, value: Any) -> Any:
        """The instant in UTC, or None."""
        text = super().clean(value)
        if not text:
            return None
        if not is_local_time(text) or not spans.FIRST_YEAR <= int(text[:4]) <= spans.LAST_YEAR:
            raise forms.ValidationError(
                f"Write a date and a time between {spans.FIRST_YEAR} and {spans.LAST_YEAR}, as 2026-01-05T09:00."
            )
        return resolve(datetime.fromisoformat(text), _zone()).astimezone(UTC)


class MomentForm(FilterForm):
    """The instant to show; empty means now."""

    at = MomentField(required=False, label="At")


class DayField(forms.DateField):
    """A day of a supported year."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: Any) -> None:
        """Refuse days outside the supported years."""
        super().validate(value)
        if isinstance(value, date) and not spans.FIRST_YEAR <= value.year <= spans.LAST_YEAR:
            raise forms.ValidationError(f"Choose a day between {spans.FIRST_YEAR} and {spans.LAST_YEAR}.")


class RotaForm(FilterForm):
    """Which days to show, and as known at which instant."""

    start = DayField(required=False, label="From")
    end = DayField(required=False, label="To (for a custom range)")
    as_of = MomentField(required=False, label="As known on")
    span = forms.ChoiceField(choices=spans.KINDS.items(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        self.at = at
        super().__init__(*args, **kwargs)

    def clean_as_of(self) -> datetime | None:
        """Only an instant in the past."""
        moment: datetime | None = self.cleaned_data["as_of"]
        if moment is not None and moment > self.at:
            raise forms.ValidationError("Choose a time in the past, or leave it empty for what is known now.")
        return moment

    def clean(self) -> dict[str, Any]:
        """A range has both ends, in order."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if end and not start:
            self.add_error("start", "Choose the first day of the range, too.")
        elif start and end and end < start:
            self.add_error("end", "The last day comes before the first. Choose a later one.")
        return cleaned


class HandoffNoteForm(Form):
    """A note for the next person on call."""

    text = forms.CharField(
        label="What should the next person know?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown: what is open, what to watch, what can wait.",
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())
