"""The form of a team's member: part of full time, and training."""

from decimal import Decimal

from django import forms

from config.base.forms import Form


class MemberForm(Form):
    """What a manager keeps of a member."""

    fte = forms.DecimalField(
        label="Part of full time", min_value=Decimal("0.1"), max_value=Decimal(1), max_digits=3, decimal_places=2,
        help_text="1 is full time, 0.5 half of it. A fair share of standing by goes by it.",
    )  # fmt: skip
    trained_on = forms.DateField(
        label="Trained for standing by on", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="When a shift was shadowed, the plan read and a drill done. Empty: not yet.",
    )  # fmt: skip
