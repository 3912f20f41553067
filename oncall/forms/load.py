"""The form of the load page: first and last day."""

from django import forms

from config.base.web.forms import FilterForm


class DaysForm(FilterForm):
    """Whole days in the team's time zone, both included."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To (included)", widget=forms.DateInput(attrs={"type": "date"}))
