"""The form of a calendar feed."""

from django import forms

from config.base.web.forms import Form
from oncall.models import FeedKind, Schedule


class FeedForm(Form):
    """A new calendar feed."""

    schedule = forms.ModelChoiceField(
        queryset=Schedule.objects.order_by("name"), required=False, label="Shifts",
        empty_label="All my shifts, on every schedule",
    )  # fmt: skip
    name = forms.CharField(max_length=80, label="Name", help_text="Where you use it, such as Phone or Team calendar.")

    def kind(self) -> FeedKind:
        """The kind of the feed."""
        return FeedKind.SCHEDULE if self.cleaned_data["schedule"] else FeedKind.OWN_SHIFTS
