"""The form of an API token."""

from django import forms

from config.base.rest.scopes import OFFERED, Scope
from config.base.web.forms import Form


class TokenForm(Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="Scopes",
        choices=[(scope.value, scope.label) for scope in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
    )
