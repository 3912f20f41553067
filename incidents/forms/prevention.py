"""Forms of action items and links."""

from typing import Any

from django import forms

from incidents.forms.response import VerbForm
from incidents.models import (
    LinkKind,
)
from oncall.models import Team, User


def people() -> Any:
    """Those who can be given something to do."""
    return User.objects.filter(is_active=True, memberships__isnull=False).distinct().order_by("name")


class OwnerForm(VerbForm):
    """Who does it."""

    owner = forms.ModelChoiceField(label="Person", queryset=people(), required=False, empty_label="Nobody by name")
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label="No team",
        help_text="One of them is enough.",
    )


class ActionForm(OwnerForm):
    """An action: what, who, by when."""

    title = forms.CharField(
        label="What is to be done?", max_length=200, help_text='A verb first: "Add an alert on the pool size".'
    )
    due_on = forms.DateField(label="Due on", widget=forms.DateInput(attrs={"type": "date"}))
    is_priority = forms.BooleanField(label="Priority: the incident is not resolved before it is done", required=False)
    field_order = ("title", "owner", "team", "due_on", "is_priority")


class LinkForm(VerbForm):
    """Another ticket, and how they relate."""

    kind = forms.ChoiceField(label="This ticket is", choices=LinkKind.choices)
    other = forms.CharField(label="Ticket", max_length=24, help_text="Its number, as PRB-7 or INC-12.")
