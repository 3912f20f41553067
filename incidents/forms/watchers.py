"""The form to have somebody else watch a ticket."""

from typing import Any

from django import forms

from incidents.forms.response import VerbForm
from oncall.models import User


class WatcherForm(VerbForm):
    """A person who does not watch it yet."""

    user = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), empty_label="Choose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        watching = self.ticket.watchers.values("user")
        people = User.objects.people().filter(is_active=True).exclude(pk__in=watching).order_by("name", "pk")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]  # typed as any Field
