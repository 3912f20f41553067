"""The forms of an API token and of a service account."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from config.base.data.lengths import CONFIG_TEXT
from config.base.rest.scopes import OFFERED, Scope
from config.base.web.forms import EditForm, Form
from oncall.access.service_accounts import NAME_LENGTH
from oncall.models import Team

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


class _AboutIt(forms.Form):
    """What a service account is, and what it may do."""

    name = forms.CharField(
        max_length=NAME_LENGTH, help_text="As people call the program: deploy-bot. Every page adds that it is one."
    )
    team = forms.ModelChoiceField(
        label="Team that owns it", queryset=Team.objects.order_by("name"),
        help_text="Its managers answer for it, and are told before a token expires.",
    )  # fmt: skip
    description = forms.CharField(
        max_length=CONFIG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What the program does, and where it runs. No keys.",
    )


class RolesForm(Form):
    """What a service account may do."""

    groups = forms.ModelMultipleChoiceField(
        label="Roles", queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="What it may do with every record. You can give what you hold yourself.",
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["groups"]
        field.queryset = Group.objects.filter(pk__in=[group.pk for group in offered]).order_by("name")


class ServiceAccountForm(_AboutIt, RolesForm):
    """A new service account."""

    field_order = ("name", "team", "description", "groups")


class ServiceAccountEditForm(_AboutIt, EditForm):
    """A service account as it is."""
