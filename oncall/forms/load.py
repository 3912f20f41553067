"""The form of the load's page: from which day to which."""

from django import forms

from config.base.web.forms import FilterForm


class DaysForm(FilterForm):
    """Whole days on the team's clock, both included."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To, included", widget=forms.DateInput(attrs={"type": "date"}))
