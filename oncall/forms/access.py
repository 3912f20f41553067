"""The form of an API token."""

from django import forms

from config.base.web.forms import Form
from oncall.models import TokenScope


class TokenForm(Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="Scopes", choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple, initial=[TokenScope.READ]
    )
