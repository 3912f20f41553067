"""The form of a call, in the order of the talk, and the forms of actions on many tickets."""

from django import forms

from config.base.data.retirement import offered
from config.base.web.forms import Form
from incidents.desk.opening import Call
from incidents.forms.requesters import NEW_FIELDS, PickerForm
from incidents.forms.response import PARENT_HELP, AssigneeField, private_teams_hint
from incidents.models import ClosureCode, Contact, ContactType, HoldReason, Service, Visibility
from oncall.models import Team

_ENDS = (ClosureCode.SOLVED, ClosureCode.NO_FAULT_FOUND, ClosureCode.CANCELLED)
_IMPACT = [("3", "One person"), ("2", "A team"), ("1", "Many")]
_URGENCY = [("3", "Yes"), ("2", "Partly"), ("1", "No")]
_RECORDS = ("service", "team", "impact", "urgency")
_TEXTS = (
    "title", "category", "contact_type", "description", "affected_customers", "asset_type", "asset_name",
    "asset_external_id", "asset_url",
)  # fmt: skip


def _level_choice(label: str, choices: list[tuple[str, str]]) -> forms.TypedChoiceField:
    """Impact or urgency in the words of the talk, as a row of buttons; nothing while nobody has said it."""
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )


class CallForm(PickerForm):
    """A call: what the requester sees is enough, with a service or a team."""

    field_order = ("title", "who", "requester", *NEW_FIELDS)

    title = forms.CharField(
        label="What does the requester see?",
        max_length=300,
        help_text="In their own words. It becomes the title.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Say it in a few words, such as “card payment declined”."},
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.select_related("team").order_by("name"), required=False, empty_label="Not known yet"
    )
    category = forms.CharField(max_length=60, required=False, widget=forms.TextInput(attrs={"list": "categories"}))
    impact = _level_choice("Who is hit?", _IMPACT)
    urgency = _level_choice("Can they work?", _URGENCY)
    page_now = forms.BooleanField(label="Page now", required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), required=False,
        empty_label="The service's team, or your desk",
    )  # fmt: skip
    contact_type = forms.ChoiceField(label="Channel", choices=ContactType.choices, initial=ContactType.PHONE)
    description = forms.CharField(
        label="Details", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Markdown works here."
    )
    affected_customers = forms.CharField(max_length=300, required=False, help_text="Separate several by commas.")
    asset_name = forms.CharField(label="Device", max_length=120, required=False)
    asset_type = forms.CharField(label="Kind of device", max_length=60, required=False)
    asset_external_id = forms.CharField(label="Inventory number", max_length=120, required=False)
    asset_url = forms.URLField(label="Link to the device", required=False, assume_scheme="https")
    is_private = forms.BooleanField(
        label="Private: only its team, you and the requester see it", required=False,
        widget=forms.CheckboxInput(attrs={"class": "hf-check"}),
    )  # fmt: skip
    visibility_reason = forms.CharField(label="Why is it private?", max_length=200, required=False)
    solution = forms.CharField(label="What solved it?", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, object]:
        """Besides the requester: a private ticket says why, and what is solved says how, and pages nobody."""
        cleaned = super().clean()
        if cleaned.get("is_private") and not cleaned.get("visibility_reason"):
            self.add_error("visibility_reason", "Say why this record is private.")
        if "solve" in self.data and not cleaned.get("solution"):
            self.add_error("solution", "Say what solved it. Somebody may ask the same tomorrow.")
        if "solve" in self.data and cleaned.get("page_now"):
            self.add_error("page_now", "What is solved pages nobody. Take the tick away, or log it without solving.")
        return cleaned

    def call(self, requester: Contact | None) -> Call:
        """The call as the domain takes it; what is not valid yet counts as empty."""
        cleaned = self.cleaned_data
        texts = {name: cleaned.get(name) or "" for name in _TEXTS}
        records = {name: cleaned.get(name) for name in _RECORDS}
        is_private = cleaned.get("is_private")
        return Call(
            **texts | records,
            requester=requester,
            visibility=Visibility.PRIVATE if is_private else "",
            visibility_reason=cleaned.get("visibility_reason") or "" if is_private else "",
        )


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
        self.fields["team"].help_text = f"{self.fields['team'].help_text} {private_teams_hint()}".strip()


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
