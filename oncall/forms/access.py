"""The form of an API token."""

from django import forms

from config.base.rest.scopes import OFFERED, Scope
from config.base.web.forms import Form

LIFETIMES = (30, 90, 365)
"""Days."""
OVERLAPS = (1, 24, 168)
"""Hours."""


class TokenForm(Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="Scopes",
        choices=[(scope.value, scope.label) for scope in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
    )
    expires_in = forms.TypedChoiceField(
        label="Works for", choices=[*((days, f"{days} days") for days in LIFETIMES), ("", "Until it is revoked")],
        coerce=int, empty_value=None, initial=LIFETIMES[-1], required=False,
    )  # fmt: skip


class RotateForm(Form):
    """How long the old key of a replaced token still works."""

    overlap = forms.TypedChoiceField(
        label="The old key works for", choices=[(0, "not at all"), *((hours, f"{hours} hours") for hours in OVERLAPS)],
        coerce=int, initial=OVERLAPS[1],
    )  # fmt: skip
