"""Forms of actions on many tickets."""

from django import forms

from config.base.data.retirement import offered
from config.base.web.forms import Form
from incidents.forms.response import PARENT_HELP, AssigneeField
from incidents.models import ClosureCode, HoldReason
from oncall.models import Team

_ENDS = (ClosureCode.SOLVED, ClosureCode.NO_FAULT_FOUND, ClosureCode.CANCELLED)


class AssignManyForm(Form):
    """The new assignee of all."""

    assignee = AssigneeField()


class HandOverManyForm(Form):
    """The new team of all, and why."""

    team = forms.ModelChoiceField(
        label="Hand over to team",
        queryset=Team.objects.order_by("name"),
        help_text="It is paged for each whose severity pages, and confirms each.",
    )
    reason = forms.CharField(label="Reason", help_text="Numbers, timelines and comments stay.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = offered(Team.objects.order_by("name"))  # type: ignore[attr-defined]  # typed as any Field


class ParentOfManyForm(Form):
    """The ticket that contains all."""

    parent = forms.CharField(label="Part of", max_length=24, help_text=PARENT_HELP)


class HoldManyForm(Form):
    """Whom or what all wait for."""

    reason = forms.ChoiceField(label="Waiting for", choices=HoldReason.choices)
    note = forms.CharField(required=False)


class CloseManyForm(Form):
    """The closure code and note of all; a duplicate names another ticket, so it is closed on its own page."""

    code = forms.ChoiceField(label="Closure code", choices=[(code.value, code.label) for code in _ENDS])
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
