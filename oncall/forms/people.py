"""Forms of a person's own page and of a team's member."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from config.base.web.admin_retirement import AnnouncedField, ReasonForm
from config.base.web.forms import EditForm, Form
from oncall.calendars import countries
from oncall.models import ContactKind, ContactMethod, Urgency, User
from oncall.models.people import ZONES
from oncall.people import leaving


class AboutMeForm(EditForm):
    """The person's name, time zone and country."""

    name = forms.CharField(max_length=120)
    time_zone = forms.ChoiceField(choices=[(zone, zone) for zone in sorted(ZONES)])
    country = forms.ChoiceField(required=False, help_text="Where you work. It decides your public holidays.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        field.choices = countries.choices("Not set")


class ContactMethodForm(Form):
    """A new contact method."""

    secrets = ContactMethod.secret_inputs

    kind = forms.ChoiceField(label="Channel", choices=ContactKind.choices)
    address = forms.CharField(label="Address or number", max_length=500, help_text="Numbers as +49 30 123456.")

    def clean(self) -> dict[str, object]:
        """Check the address for the channel: an e-mail address, a number or an https address."""
        cleaned = super().clean() or {}
        kind, address = cleaned.get("kind"), (cleaned.get("address") or "").strip()
        if kind in {ContactKind.SMS, ContactKind.VOICE}:
            address = "+" + "".join(c for c in address if c.isdigit()) if address.startswith("+") else address
            if not (address.startswith("+") and 8 <= len(address) <= 16):
                self.add_error("address", "Write the number with its country code, as +49 30 123456.")
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
    """A new notification rule."""

    urgency = forms.ChoiceField(choices=Urgency.choices)
    after_minutes = forms.IntegerField(label="Minutes after the page", min_value=0, max_value=120, initial=0)
    method = forms.ModelChoiceField(label="Contact method", queryset=ContactMethod.objects.none())

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["method"]
        field.queryset = ContactMethod.objects.usable().filter(user=user).order_by("kind", "pk")
        field.label_from_instance = lambda method: f"{method.get_kind_display()} {method.address}"


class MemberForm(EditForm):
    """A member's part of full time and training."""

    fte = forms.DecimalField(
        label="Part of full time", min_value=Decimal("0.1"), max_value=Decimal(1), max_digits=3, decimal_places=2,
        help_text="1 is full time, 0.5 is half. The fair share of on-call time depends on it.",
    )  # fmt: skip
    trained_on = forms.DateField(
        label="Trained for on-call on", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="When the person had shadowed a shift, read the plan and done a drill. Empty: not yet.",
    )  # fmt: skip


class CloseForm(ReasonForm):
    """Why an account is closed, and who takes over; `announced` is what the reader was told."""

    announced = AnnouncedField(required=False)
    field_order = ("successor", "reason", "announced")

    def __init__(self, data: Mapping[str, object] | None, *, person: User, announced: Mapping[str, int]) -> None:
        usual = leaving.usual_successor(user=person)
        super().__init__(data, initial={"announced": dict(announced), "successor": usual})
        self.fields["reason"].help_text = "Those who take over read it."
        self.fields["successor"] = forms.ModelChoiceField(
            label="Who takes over", queryset=leaving.candidates(user=person), required=bool(announced),
            widget=UnfoldAdminSelectWidget, empty_label="Choose somebody",
        )  # fmt: skip
        self.order_fields(self.field_order)
