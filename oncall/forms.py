"""Forms of a person's own page, and of what is owed."""

from typing import Any

from django import forms

from config.base.forms import Form
from oncall import saved_views
from oncall.calendars import countries
from oncall.models import ContactKind, ContactMethod, Team, TokenScope, Urgency, User
from oncall.models.people import ZONES


class AboutMeForm(Form):
    """What others see of me, and my clock."""

    name = forms.CharField(max_length=120)
    time_zone = forms.ChoiceField(choices=[(zone, zone) for zone in sorted(ZONES)])
    country = forms.ChoiceField(required=False, help_text="Where you work; it decides your public holidays.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        field.choices = countries.choices("Not said")


class ContactMethodForm(Form):
    """A new way to reach me."""

    kind = forms.ChoiceField(label="By", choices=ContactKind.choices)
    address = forms.CharField(label="Address or number", max_length=500, help_text="Numbers as +49 30 123456.")

    def clean(self) -> dict[str, Any]:
        """A mail address, a number or an https address, as the kind asks."""
        cleaned = super().clean() or {}
        kind, address = cleaned.get("kind"), (cleaned.get("address") or "").strip()
        if kind in {ContactKind.SMS, ContactKind.VOICE}:
            address = "+" + "".join(c for c in address if c.isdigit()) if address.startswith("+") else address
            if not (address.startswith("+") and 8 <= len(address) <= 16):
                self.add_error("address", "Write the number with its country, as +49 30 123456.")
        elif kind == ContactKind.EMAIL:
            try:
                forms.EmailField().clean(address)
            except forms.ValidationError as refusal:
                self.add_error("address", refusal)
        elif kind == ContactKind.WEBHOOK and not address.startswith(("https://", "http://")):
            self.add_error("address", "Write the whole address, as https://example.com/hook.")
        cleaned["address"] = address
        return cleaned


class CodeForm(Form):
    """The six digits that were sent."""

    code = forms.CharField(
        max_length=12, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})
    )


class RuleForm(Form):
    """One more line of "reach me like this"."""

    urgency = forms.ChoiceField(choices=Urgency.choices)
    after_minutes = forms.IntegerField(label="Minutes after the page", min_value=0, max_value=120, initial=0)
    method = forms.ModelChoiceField(label="By", queryset=ContactMethod.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["method"]
        field.queryset = ContactMethod.objects.usable().filter(user=user).order_by("kind", "pk")
        field.label_from_instance = lambda one: f"{one.get_kind_display()} {one.address}"


class TokenForm(Form):
    """A new key for a program."""

    name = forms.CharField(label="What is it for?", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="It may", choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple, initial=[TokenScope.READ]
    )


class ViewForm(Form):
    """The name of a saved view."""

    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}))


class SaveViewForm(ViewForm):
    """A new name, and for whom it is."""

    team = forms.ModelChoiceField(
        label="For", queryset=Team.objects.none(), required=False, empty_label="Me", help_text="Or for your team."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = saved_views.managed_by(user)
        self.fields["team"].queryset = managed  # type: ignore[attr-defined]  # typed as any Field
        if not managed:
            del self.fields["team"]


class DismissForm(Form):
    """Why something need not be done."""

    reason = forms.CharField(
        label="Why need it not be done?", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PostponeForm(Form):
    """Until when something is put off, and why."""

    due_at = forms.DateTimeField(
        label="Due at, on your clock",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label="Why later?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
