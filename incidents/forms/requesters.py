"""The fields that name a requester, chosen or new, and the form that corrects one."""

from collections.abc import Iterable

from django import forms

from config.base.web.forms import EditForm, Form
from incidents.models import Contact
from incidents.requesters.directory import CORRECTABLE
from incidents.requesters.matching import is_phone

NEW_FIELDS = ("new_name", "new_phone", "new_email", "new_location")
"""The fields of a requester who is made on the spot."""
_COMBOBOX = {
    "autocomplete": "off", "placeholder": "Name, mail or phone", "role": "combobox", "aria-expanded": "false",
    "aria-controls": "who-list", "aria-autocomplete": "list",
}  # fmt: skip
_ENDS_LIKE = "An address ends like name@firm.example. Leave it empty if there is none."


class PickerForm(Form):
    """Somebody from the list, `requester` with the name in `who`, or somebody new, of whom a name is enough."""

    who = forms.CharField(
        label="Who is it?",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=_COMBOBOX),
    )
    requester = forms.ModelChoiceField(queryset=Contact.objects.none(), required=False, widget=forms.HiddenInput)
    new_name = forms.CharField(label="Name", max_length=120, required=False)
    new_phone = forms.CharField(label="Phone", max_length=40, required=False)
    new_email = forms.EmailField(label="Mail address", required=False, error_messages={"invalid": _ENDS_LIKE})
    new_location = forms.CharField(label="Where they work", max_length=120, required=False)

    def __init__(self, *args: object, candidates: Iterable[Contact] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # Only somebody who may be found can be chosen: a key that was guessed shows nobody's details.
        self.fields["requester"].queryset = candidates  # type: ignore[attr-defined]  # typed as any Field

    def clean(self) -> dict[str, object]:
        """The requester is chosen or new, and not half of either."""
        cleaned = super().clean() or {}
        requester, who = cleaned.get("requester"), cleaned.get("who")
        if isinstance(requester, Contact) and who != requester.name:
            requester = cleaned["requester"] = None  # the words were changed after the choice
        has_more = any(cleaned.get(name) for name in NEW_FIELDS)
        if requester and has_more:
            self.add_error("who", f"Choose one: {requester}, or somebody new. Empty the fields of the other.")
        elif has_more and not cleaned.get("new_name") and "new_name" not in self.errors:
            self.add_error("new_name", "Write the name that belongs to the phone number or the mail address.")
        elif who and not requester and not has_more:
            self.add_error("who", "Choose somebody from the list, or write the name of somebody new.")
        return cleaned

    @property
    def is_new_requester(self) -> bool:
        """Whether somebody is made on the spot."""
        return bool(self.cleaned_data.get("new_name"))

    @property
    def new_requester(self) -> dict[str, str]:
        """The details of somebody who is made on the spot, by column."""
        return {name.removeprefix("new_"): self.cleaned_data[name] for name in NEW_FIELDS}


def guess_new(words: str) -> dict[str, str]:
    """What words that found nobody are of somebody new: a phone number, a mail address or a name."""
    if is_phone(words):
        return {"new_phone": words}
    return {"new_email": words} if "@" in words else {"new_name": words}


class CorrectionForm(EditForm):
    """The details of a requester."""

    name = forms.CharField(max_length=120)
    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(label="Mail address", required=False, error_messages={"invalid": _ENDS_LIKE})
    organisation = forms.CharField(max_length=120, required=False)
    location = forms.CharField(max_length=120, required=False, help_text="Site, building or room.")
    is_vip = forms.TypedChoiceField(
        label="VIP",
        choices=[("", "No"), ("True", "Yes, handle with care")],
        coerce=bool,
        empty_value=False,  # type: ignore[arg-type]  # typed as text
        required=False,
    )

    @classmethod
    def of(cls, requester: Contact, data: object = None) -> "CorrectionForm":
        """The form with the requester's current details."""
        current = {name: getattr(requester, name) for name in CORRECTABLE}
        return cls(data, current=current | {"is_vip": "True" if requester.is_vip else ""})
