"""Forms of the rota pages: days, instants and handoff notes."""

from datetime import datetime

from django import forms

from config.base.web.forms import FilterForm, Form
from config.base.web.moments import DayField, MomentField
from oncall.rota import spans


class MomentForm(FilterForm):
    """The instant to show; empty means now."""

    at = MomentField(required=False, label="At")


class HindsightForm(FilterForm):
    """At which instant what is shown was known; empty means now."""

    as_of = MomentField(required=False, label="As known on")

    def __init__(self, *args: object, at: datetime, **kwargs: object) -> None:
        self.at = at
        super().__init__(*args, **kwargs)

    def clean_as_of(self) -> datetime | None:
        """Only an instant in the past."""
        moment: datetime | None = self.cleaned_data["as_of"]
        if moment is not None and moment > self.at:
            raise forms.ValidationError("Choose a time in the past, or leave it empty for what is known now.")
        return moment


class RotaForm(HindsightForm):
    """Which days to show, and as known at which instant."""

    start = DayField(required=False, label="From")
    end = DayField(required=False, label="To (for a custom range)")
    span = forms.ChoiceField(choices=spans.KINDS.items(), required=False, widget=forms.HiddenInput)

    field_order = ("start", "end", "as_of", "span")

    def clean(self) -> dict[str, object]:
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
